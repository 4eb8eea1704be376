/// Networking: addresses, TCP, UDP and sockets within the host.
///
/// Example: test/runtime/tcp_test.cpp, "AnEchoComesBack".
#pragma once

#include "heddle/address.h"
#include "heddle/stream.h"
#include "heddle/tcp.h"
#include "heddle/udp.h"
#include "heddle/unix.h"
