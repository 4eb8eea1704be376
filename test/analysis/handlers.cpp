// RUN: %dump_facts --kind=handlers %s -- %runtime_flags | FileCheck %s --match-full-lines --implicit-check-not='{{.+}}'
#include "heddle/heddle.h"

#include <functional>

struct Server {
  void handle(std::function<void(int)> f) HEDDLE_REGISTERS_HANDLER;
};

void leaf() {} // CHECK: [[@LINE]]: leaf in the handler of [[@LINE+5]] by [middle:[[@LINE+7]] -> leaf:[[@LINE+2]]]

void middle() { leaf(); } // CHECK-NEXT: [[@LINE]]: middle in the handler of [[@LINE+3]] by [middle:[[@LINE+5]]]

void registers(Server &server) {
  server.handle([](int) { // CHECK-NEXT: [[@LINE]]: {{.*}} in the handler of [[@LINE]] by []
    static heddle::Once once;
    middle();
    once.call([] {}); // Only because of the first.
    heddle::spawn([] {}); // Not before it returns.
  });
}

void elsewhere() { middle(); }
