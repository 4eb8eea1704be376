#include "sched/membarrier.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heddle::detail {

bool barriers_are_asymmetric = false;

void prepare_barriers() noexcept {
  if (!barriers_are_asymmetric)
    barriers_are_asymmetric =
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0,
                0) == 0;
}

void heavy_barrier() noexcept {
  if (barriers_are_asymmetric)
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

} // namespace heddle::detail
