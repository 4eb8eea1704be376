#include "bench.h"

namespace heddle::bench {
namespace {

void channel_round_trip(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state) {
      Channel<int> there, back;
      both(
          [&] {
            for (int i = 0; i < rounds; ++i) {
              there.send(i);
              back.receive();
            }
            there.close();
          },
          [&] {
            for (int value : there)
              back.send(value);
          });
    }
    state.SetItemsProcessed(state.iterations() * rounds);
  });
}
BENCHMARK(channel_round_trip)->Apply(on<1, 2>);

void channel_buffered_between(benchmark::State &state, int pairs) {
  run_on(state, [&] {
    for (auto _ : state) {
      Channel<int> channel(1024);
      WaitGroup producers, consumers;
      for (int p = 0; p < pairs; ++p) {
        producers.spawn([&] {
          for (int i = 0; i < items / pairs; ++i)
            channel.send(i);
        });
        consumers.spawn([&] {
          for (int value : channel)
            benchmark::DoNotOptimize(value);
        });
      }
      producers.wait();
      channel.close();
      consumers.wait();
    }
    state.SetItemsProcessed(state.iterations() * items);
  });
}

void channel_buffered(benchmark::State &state) {
  channel_buffered_between(state, 1);
}
BENCHMARK(channel_buffered)->Apply(on<1, 2>);

void channel_buffered_4_to_4(benchmark::State &state) {
  channel_buffered_between(state, 4);
}
BENCHMARK(channel_buffered_4_to_4)->Apply(on<2>);

void select_2(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state) {
      Channel<int> left, right;
      WaitGroup producers;
      for (Channel<int> *channel : {&left, &right})
        producers.spawn([channel] {
          for (int i = 0; i < items / 2; ++i)
            channel->send(i);
        });
      int taken = 0;
      while (taken < items)
        select(on_receive(left, [&] { ++taken; }),
               on_receive(right, [&] { ++taken; }));
      producers.wait();
    }
    state.SetItemsProcessed(state.iterations() * items);
  });
}
BENCHMARK(select_2)->Apply(on<1>);

} // namespace
} // namespace heddle::bench
