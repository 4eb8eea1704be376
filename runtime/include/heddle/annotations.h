/// What a declaration does, said where tools can read it.
///
/// Two families. The role macros expand to `annotate` attributes that Heddle's
/// checks read; the capability macros to Clang's thread-safety attributes,
/// which both Clang and the checks read. On other compilers both expand to
/// nothing.
///
/// All of them may be used on your own functions: a wrapper so marked gets the
/// checks of what it wraps even where its body is not in view. On a function
/// they stand after the declarator (and after a trailing return type or a
/// requires-clause); on a class between the class-key and the name.
#pragma once

#if defined(__clang__) && !defined(SWIG)
#define HEDDLE_ATTRIBUTE(x) __attribute__((x))
#else
#define HEDDLE_ATTRIBUTE(x)
#endif

/// Gives a declaration the role `name`, a string literal.
#define HEDDLE_ROLE(name) HEDDLE_ATTRIBUTE(annotate("heddle::" name))

// What a call of the function does.

/// May park the calling task. Its worker runs other tasks meanwhile.
#define HEDDLE_SUSPENDS HEDDLE_ROLE("suspends")
/// May hold the calling OS thread for long.
#define HEDDLE_BLOCKS HEDDLE_ROLE("blocks")
/// May let another task run, and move the caller to another thread, but waits
/// for nothing.
#define HEDDLE_YIELDS HEDDLE_ROLE("yields")
/// Neither waits nor blocks, although it calls what may: a descriptor is
/// non-blocking, say.
#define HEDDLE_RETURNS_AT_ONCE HEDDLE_ROLE("returns_at_once")
/// Yields only where the caller has had its time slice.
#define HEDDLE_CHECKPOINTS HEDDLE_ROLE("checkpoints")
/// Waits for nothing but time: its argument, a length or a point of it.
#define HEDDLE_SLEEPS HEDDLE_ROLE("sleeps")
/// Runs a callable argument as a task of its own.
#define HEDDLE_SPAWNS HEDDLE_ROLE("spawns")
/// Runs a callable argument as a task, from outside of any, and returns after
/// it.
#define HEDDLE_STARTS_RUNTIME HEDDLE_ROLE("starts_runtime")
/// Runs a callable argument, in the calling task, before it returns.
#define HEDDLE_CALLS_ARGUMENT HEDDLE_ROLE("calls_argument")
/// Runs a callable argument, in the calling task, unless an earlier call has.
#define HEDDLE_CALLS_ONCE HEDDLE_ROLE("calls_once")
/// Runs a callable argument once per item of its other arguments.
#define HEDDLE_CALLS_IN_LOOP HEDDLE_ROLE("calls_in_loop")
/// Runs a callable argument with the processor handed to other tasks: what
/// blocks in there starves nobody.
#define HEDDLE_HANDS_OFF HEDDLE_ROLE("hands_off")
/// Keeps a callable argument and runs it once per request or event.
#define HEDDLE_REGISTERS_HANDLER HEDDLE_ROLE("registers_handler")
/// Takes the next item of a stream of them: a loop around it is a receiving
/// loop.
#define HEDDLE_RECEIVES HEDDLE_ROLE("receives")
/// Gives an item to another task.
#define HEDDLE_SENDS HEDDLE_ROLE("sends")
/// Ends a stream: receivers see its end.
#define HEDDLE_CLOSES HEDDLE_ROLE("closes")
/// Lets those go on that wait for its object, without giving them anything.
#define HEDDLE_SIGNALS HEDDLE_ROLE("signals")
/// Ends the life of its object's work: `close`, `stop`, `shutdown`.
#define HEDDLE_SHUTS_DOWN HEDDLE_ROLE("shuts_down")
/// Works only on the thread that prepared it (GL, Lua, signal masks, …).
#define HEDDLE_NEEDS_THREAD HEDDLE_ROLE("needs_thread")
/// Runs often: many times a second under load.
#define HEDDLE_HOT HEDDLE_ROLE("hot")
/// A task that lives as long as the process, on purpose.
#define HEDDLE_DAEMON HEDDLE_ROLE("daemon")

// Counting, bounding and joining tasks.

/// Raises the count that a HEDDLE_JOINS of the same object waits for.
#define HEDDLE_COUNTS_UP HEDDLE_ROLE("counts_up")
/// Lowers that count.
#define HEDDLE_COUNTS_DOWN HEDDLE_ROLE("counts_down")
/// Waits for tasks to end: those of its object, of its result, or its own.
#define HEDDLE_JOINS HEDDLE_ROLE("joins")
/// Takes one of a bounded number of slots; waits, or refuses, if there is none.
#define HEDDLE_ACQUIRES_SLOT HEDDLE_ROLE("acquires_slot")
/// Gives a slot back.
#define HEDDLE_RELEASES_SLOT HEDDLE_ROLE("releases_slot")
/// Bounds how many tasks its object, or the call itself, has alive at once.
#define HEDDLE_BOUNDS_SPAWNS HEDDLE_ROLE("bounds_spawns")
/// Returns the number of processors, or a number sized by it.
#define HEDDLE_COUNTS_PROCESSORS HEDDLE_ROLE("counts_processors")

// Single facilities.

/// Makes a timer that lives until it fires. On a constructor or a function.
#define HEDDLE_MAKES_TIMER HEDDLE_ROLE("makes_timer")
/// What it makes lives, and works, until the process ends.
#define HEDDLE_NEVER_ENDS HEDDLE_ROLE("never_ends")
/// Returns a context together with what ends it, which the caller must see to.
#define HEDDLE_MAKES_CONTEXT HEDDLE_ROLE("makes_context")
/// Ends a context. On a class: its destructor does.
#define HEDDLE_ENDS_CONTEXT HEDDLE_ROLE("ends_context")
/// Runs a full collection and waits for it.
#define HEDDLE_COLLECTS HEDDLE_ROLE("collects")
/// Gives memory that is kept for later use back to the system.
#define HEDDLE_RELEASES_MEMORY HEDDLE_ROLE("releases_memory")
/// Bounds the memory of the process, or makes the options that do.
#define HEDDLE_LIMITS_MEMORY HEDDLE_ROLE("limits_memory")
/// Binds the calling task to its thread until a HEDDLE_UNPINS.
#define HEDDLE_PINS HEDDLE_ROLE("pins")
/// Undoes one HEDDLE_PINS.
#define HEDDLE_UNPINS HEDDLE_ROLE("unpins")
/// On a class: pins in its constructor and unpins in its destructor.
#define HEDDLE_PINS_SCOPE HEDDLE_ROLE("pins_scope")
/// Runs a callable argument on a thread that a task keeps for such work.
#define HEDDLE_RUNS_PINNED HEDDLE_ROLE("runs_pinned")
/// Keeps a callable argument and runs it when its object's life ends.
#define HEDDLE_DEFERS HEDDLE_ROLE("defers")
/// Takes an object out of a pool for the caller to use.
#define HEDDLE_TAKES_POOLED HEDDLE_ROLE("takes_pooled")
/// Puts an object into a pool for the next user.
#define HEDDLE_PUTS_POOLED HEDDLE_ROLE("puts_pooled")
/// Begins to record a trace of the program.
#define HEDDLE_STARTS_TRACE HEDDLE_ROLE("starts_trace")
/// Ends what a HEDDLE_STARTS_TRACE began.
#define HEDDLE_STOPS_TRACE HEDDLE_ROLE("stops_trace")
/// Adds an entry to the trace at each call.
#define HEDDLE_TRACES HEDDLE_ROLE("traces")

// Clang's thread-safety analysis:
// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html

#define HEDDLE_CAPABILITY(name) HEDDLE_ATTRIBUTE(capability(name))
#define HEDDLE_SCOPED_CAPABILITY HEDDLE_ATTRIBUTE(scoped_lockable)
#define HEDDLE_GUARDED_BY(x) HEDDLE_ATTRIBUTE(guarded_by(x))
#define HEDDLE_PT_GUARDED_BY(x) HEDDLE_ATTRIBUTE(pt_guarded_by(x))
#define HEDDLE_ACQUIRES(...) HEDDLE_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define HEDDLE_ACQUIRES_SHARED(...)                                            \
  HEDDLE_ATTRIBUTE(acquire_shared_capability(__VA_ARGS__))
#define HEDDLE_RELEASES(...) HEDDLE_ATTRIBUTE(release_capability(__VA_ARGS__))
#define HEDDLE_RELEASES_SHARED(...)                                            \
  HEDDLE_ATTRIBUTE(release_shared_capability(__VA_ARGS__))
#define HEDDLE_TRY_ACQUIRES(...)                                               \
  HEDDLE_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define HEDDLE_TRY_ACQUIRES_SHARED(...)                                        \
  HEDDLE_ATTRIBUTE(try_acquire_shared_capability(__VA_ARGS__))
#define HEDDLE_REQUIRES(...) HEDDLE_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define HEDDLE_EXCLUDES(...) HEDDLE_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define HEDDLE_RETURNS_CAPABILITY(x) HEDDLE_ATTRIBUTE(lock_returned(x))
#define HEDDLE_NO_THREAD_SAFETY_ANALYSIS                                       \
  HEDDLE_ATTRIBUTE(no_thread_safety_analysis)
