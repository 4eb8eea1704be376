/// Networking: addresses, TCP.
#pragma once

#include "heddle/address.h"
#include "heddle/stream.h"
#include "heddle/tcp.h"
