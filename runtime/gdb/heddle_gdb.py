"""Heddle's tasks in GDB: source this file, then see `help heddle`.

Works on a running process and on a core, with or without debug information.
"""

import gdb
import gdb.unwinder

STATES = ["free", "has not started", "runs", "may go on", "waits", "was left by its runtime", "thread"]
PARKED = 4
NOT_ALIVE = (0, 5, 6)
# In the order of runtime/src/sched/scheduler.cpp.
LAYOUT = ["version", "task_size", "stack", "site", "state", "reason", "on_thread", "sp", "current", "thread"]
ADDRESSES = ["slabs", "workers", "reasons"]
# What a switch leaves at the saved stack pointer, upwards: (register, offset), and the frame's size.
SAVED = {
    "i386:x86-64": ([("r15", 0), ("r14", 8), ("r13", 16), ("r12", 24), ("rbx", 32), ("rbp", 40), ("rip", 48)], "rsp", 56),
    "aarch64": ([("x29", 0), ("pc", 8)] + [(f"x{19 + i}", 16 + 8 * i) for i in range(10)], "sp", 160),
}


def words(address, count=1):
    memory = gdb.selected_inferior().read_memory(address, 8 * count).tobytes()
    return [int.from_bytes(memory[i : i + 8], "little") for i in range(0, 8 * count, 8)]


def byte(address):
    return gdb.selected_inferior().read_memory(address, 1).tobytes()[0]


def text(address):
    return gdb.Value(address).cast(gdb.lookup_type("char").pointer()).string(errors="replace") if address else "?"


def symbol(name):
    return int(gdb.parse_and_eval(f"(unsigned long)&{name}"))


class Task:
    def __init__(self, layout, address):
        self.address = address
        self.state = byte(address + layout["state"])
        self.reason = text(words(layout["reasons"] + 8 * byte(address + layout["reason"]))[0])
        self.on_thread = byte(address + layout["on_thread"])
        site = words(address + layout["site"])[0]
        self.site = "?"
        if site:
            file, _, line_and_column = words(site, 3)
            self.site = f"{text(file)}:{line_and_column & 0xFFFFFFFF}"
        stack = words(address + layout["stack"])[0]
        self.sp = words(stack + layout["sp"])[0] if stack else 0

    def describe(self):
        state = f"waits for {self.reason}" if self.state == PARKED else STATES[self.state]
        return f"spawned at {self.site}, {state}"


def read_layout():
    try:
        layout = dict(zip(LAYOUT, words(symbol("heddle_debug_layout"), len(LAYOUT))))
        layout.update(zip(ADDRESSES, words(symbol("heddle_debug_addresses"), len(ADDRESSES))))
    except gdb.error as error:
        raise gdb.GdbError("this program has no Heddle runtime, or is not started") from error
    if layout["version"] != 1:
        raise gdb.GdbError("this script is of another version of Heddle than the program")
    return layout


def read_tasks():
    layout = read_layout()
    tasks = []
    slab = words(layout["slabs"])[0]
    while slab:
        previous, _, made = words(slab, 3)
        # The head of a slab takes the place of a task.
        for number in range(1, made + 1):
            address = slab + number * layout["task_size"]
            if byte(address + layout["state"]) not in NOT_ALIVE:
                tasks.append(Task(layout, address))
        slab = previous
    return sorted(tasks, key=lambda task: task.address)


def thread_of(task):
    """The thread that runs the task, or None."""
    layout = read_layout()
    first, last = words(layout["workers"], 2)
    for place in range(first, last, 8):
        worker = words(place)[0]
        if words(worker + layout["current"])[0] == task.address:
            handle = words(worker + layout["thread"])[0].to_bytes(8, "little")
            return gdb.selected_inferior().thread_from_handle(handle)
    return None


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class TaskUnwinder(gdb.unwinder.Unwinder):
    """Makes the saved context of the selected task the caller of the selected thread's frame."""

    def __init__(self):
        super().__init__("heddle")
        self.task = None
        self.start = None

    def select(self, task):
        self.task = None
        gdb.invalidate_cached_frames()
        if task:
            frame = gdb.newest_frame()
            registers, sp, _ = SAVED[frame.architecture().name()]
            self.start = int(frame.read_register(sp))
            self.task = task
            gdb.invalidate_cached_frames()

    def __call__(self, frame):
        if not self.task:
            return None
        registers, sp, size = SAVED[frame.architecture().name()]
        if int(frame.read_register(sp)) != self.start:
            return None
        pc = "rip" if sp == "rsp" else "pc"
        info = frame.create_unwind_info(FrameId(frame.read_register(sp), frame.read_register(pc)))
        for name, offset in registers:
            value = gdb.Value(words(self.task.sp + offset)[0])
            info.add_saved_register(name, value.cast(frame.read_register(name).type))
        info.add_saved_register(sp, gdb.Value(self.task.sp + size).cast(frame.read_register(sp).type))
        return info


class Heddle(gdb.Command):
    """Commands for the tasks of a Heddle runtime."""

    def __init__(self):
        super().__init__("heddle", gdb.COMMAND_STACK, prefix=True)


class ListTasks(gdb.Command):
    """heddle tasks: list all tasks, where each was spawned and what it waits for."""

    def __init__(self):
        super().__init__("heddle tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        for number, task in enumerate(read_tasks(), 1):
            print(f"{number:4} {task.describe()}")


def print_backtrace(number, task):
    print(f"task {number}: {task.describe()}")
    thread = thread_of(task)
    if thread:
        gdb.execute(f"thread apply {thread.num} -q backtrace")
    elif task.state == PARKED and task.sp and not task.on_thread:
        unwinder.select(task)
        try:
            # The first frame is not the task's.
            print("\n".join(gdb.execute("backtrace", to_string=True).splitlines()[1:]))
        finally:
            unwinder.select(None)


def numbered(argument):
    tasks = read_tasks()
    try:
        return int(argument), tasks[int(argument) - 1]
    except (ValueError, IndexError) as error:
        raise gdb.GdbError("which task? See `heddle tasks`") from error


class Backtrace(gdb.Command):
    """heddle bt N|all: print the calls of task N, or of all tasks."""

    def __init__(self):
        super().__init__("heddle bt", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        if argument == "all":
            for number, task in enumerate(read_tasks(), 1):
                print_backtrace(number, task)
        else:
            print_backtrace(*numbered(argument))


class SelectTask(gdb.Command):
    """heddle task N|off: make `backtrace`, `up` and `frame` show a task that waits, or the thread again.

    The frame at level 0 stays the thread's; the task's follow."""

    def __init__(self):
        super().__init__("heddle task", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        if argument == "off":
            unwinder.select(None)
            return
        _, task = numbered(argument)
        if task.state != PARKED or not task.sp or task.on_thread:
            raise gdb.GdbError(f"{task.describe()}: its frames are on a thread; see `info threads`")
        unwinder.select(task)


unwinder = TaskUnwinder()
gdb.unwinder.register_unwinder(None, unwinder, replace=True)
gdb.events.cont.connect(lambda event: unwinder.select(None) if unwinder.task else None)
Heddle()
ListTasks()
Backtrace()
SelectTask()
