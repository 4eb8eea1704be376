/// Networking: addresses, TCP, UDP and sockets within the host.
#pragma once

#include "heddle/address.h"
#include "heddle/stream.h"
#include "heddle/tcp.h"
#include "heddle/udp.h"
#include "heddle/unix.h"
