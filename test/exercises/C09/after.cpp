// The amplitude of a ring of speakers, from libm's Bessel functions.
#include <heddle/heddle.h>

#include <cstdio>
#include <math.h>
#include <vector>

namespace {

class Bessel {
public:
  explicit Bessel(int order) : order_(order) {}

  double operator()(double x) const {
    double value = jn(order_, x);
    return value;
  }

private:
  int order_;
};

double amplitude(double angle) {
  double sum = 0;
  for (int order = 1; order <= 6; ++order)
    sum += Bessel(order)(angle) / order;
  return sum;
}

} // namespace

int main() {
  return heddle::run([] {
    std::vector<double> amplitudes(200'000);
    heddle::parallel_for(std::size_t{0}, amplitudes.size(), [&](std::size_t i) {
      amplitudes[i] = amplitude(static_cast<double>(i) * 1e-3);
    });

    double energy = 0;
    for (double value : amplitudes)
      energy += value * value;
    std::printf("energy %.6f\n", energy);
    return 0;
  });
}
