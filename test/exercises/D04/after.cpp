// A cache in front of a remote profile store.
#include <heddle/heddle.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct Profile {
  std::string name;
  int visits = 0;
};

std::optional<Profile> fetch_remote(int user) {
  heddle::sleep_for(2ms); // the round trip to the store
  if (user % 10 == 9)
    return std::nullopt;
  return Profile{"user " + std::to_string(user), user * 3 % 7};
}

class ProfileCache {
public:
  bool load(int user) {
    std::optional<Profile> profile = fetch_remote(user);
    std::lock_guard lock(mutex_);
    if (!profile)
      return false;
    profiles_[user] = *profile;
    loaded_.push_back(user);
    return true;
  }

  void print() {
    std::lock_guard lock(mutex_);
    int visits = 0;
    for (const auto &[user, profile] : profiles_)
      visits += profile.visits;
    std::printf("%zu profiles, %zu loaded, %d visits\n", profiles_.size(),
                loaded_.size(), visits);
  }

private:
  heddle::Mutex mutex_;
  std::map<int, Profile> profiles_;
  std::vector<int> loaded_;
};

} // namespace

int main() {
  return heddle::run([] {
    ProfileCache cache;
    heddle::Channel<int> users(16);

    heddle::WaitGroup loaders;
    for (int i = 0; i < 16; ++i) {
      loaders.spawn([&] {
        for (int user : users)
          cache.load(user);
      });
    }
    for (int user = 0; user < 200; ++user)
      users.send(user);
    users.close();
    loaders.wait();
    cache.print();
    return 0;
  });
}
