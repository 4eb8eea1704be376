// Particles in a box: each step moves each of them along three axes.
#include <heddle/heddle.h>

#include <array>
#include <cstdio>
#include <vector>

namespace {

struct Particle {
  std::array<double, 3> place;
  std::array<double, 3> speed;
};

constexpr double step = 1.0 / 1024;

void move(std::vector<Particle> &particles) {
  for (Particle &particle : particles) {
    heddle::WaitGroup axes;
    for (int axis = 0; axis < 3; ++axis) {
      axes.spawn([&particle, axis] {
        if (particle.place[axis] < 0 || particle.place[axis] > 1)
          particle.speed[axis] = -particle.speed[axis];
        particle.place[axis] += particle.speed[axis] * step;
      });
    }
    axes.wait();
  }
}

} // namespace

int main() {
  return heddle::run([] {
    std::vector<Particle> particles;
    for (int i = 0; i < 1000; ++i)
      particles.push_back({{i % 7 / 7.0, i % 11 / 11.0, i % 13 / 13.0},
                           {i % 3 - 1.0, i % 5 - 2.0, i % 4 - 1.5}});
    for (int round = 0; round < 2000; ++round)
      move(particles);
    double sum = 0;
    for (const Particle &particle : particles)
      sum += particle.place[0] + particle.place[1] + particle.place[2];
    std::printf("%zu particles, mean place %.9f\n", particles.size(),
                sum / 3 / static_cast<double>(particles.size()));
    return 0;
  });
}
