#pragma once

namespace heddle::detail {

/// Two sides of one barrier, for a store that one thread makes often and a
/// check that another makes rarely: the rare side interrupts the CPUs, so that
/// the frequent side pays nothing. Where the system cannot, both are full
/// fences.
///
/// After heavy_barrier() the caller sees what others stored before their last
/// light_barrier(), and what they load after it is what the caller stored
/// before.
void heavy_barrier() noexcept;
/// To be called before either; once is enough.
void prepare_barriers() noexcept;

extern bool barriers_are_asymmetric;

inline void light_barrier() noexcept {
  if (barriers_are_asymmetric) [[likely]]
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
  else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

} // namespace heddle::detail
