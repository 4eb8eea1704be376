/// HTTP/1.1: a server and a client.
#pragma once

#include "heddle/http_client.h"
#include "heddle/http_message.h"
#include "heddle/http_server.h"
