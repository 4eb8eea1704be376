// void heddle_switch_context(void **save, void *load)
//
// Saves what the ABI has a callee save and the stack pointer, and goes on where
// the context at `load` was saved. Neither MXCSR nor the x87 control word: a task
// that changes them restores them before it suspends.
//
// heddle_start is where a fresh stack starts, with its Stack in rbx or x19. Its frame has no caller: unwinders
// and debuggers stop there.
//
// void heddle_call_above(void *context, void (*call)(void *), void *arg)
//
// Calls call(arg). To an unwinder, the caller is whoever saved the context: that
// is how the backtrace of a task that waits is taken, from another thread.
//
// void heddle_call_below(void *context, void (*call)(void *), void *arg)
//
// Calls call(arg) on the stack of the context, below it, and returns from it as from any call, which the CPU
// predicts, and to which unwinders and debuggers see through.

        .text

#if defined(__x86_64__)

        .globl  heddle_switch_context
        .hidden heddle_switch_context
        .type   heddle_switch_context, @function
        .balign 32
heddle_switch_context:
        .cfi_startproc
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r15, 0
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore r12
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbp
        // Not a jump: both sides mostly come from the same calls, so that this
        // and the returns after it are predicted.
        retq
        .cfi_endproc
        .size   heddle_switch_context, . - heddle_switch_context

        .globl  heddle_start
        .hidden heddle_start
        .type   heddle_start, @function
        .balign 16
heddle_start:
        .cfi_startproc
        .cfi_undefined rip
        xorl    %ebp, %ebp
        movq    %rbx, %rdi
        callq   heddle_enter_stack
        ud2
        .cfi_endproc
        .size   heddle_start, . - heddle_start

        .globl  heddle_call_above
        .hidden heddle_call_above
        .type   heddle_call_above, @function
        .balign 16
heddle_call_above:
        .cfi_startproc
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbx, 0
        movq    %rdi, %rbx
        movq    %rdx, %rdi
        .cfi_remember_state
        .cfi_def_cfa rbx, 56
        .cfi_offset rbp, -16
        .cfi_offset rbx, -24
        .cfi_offset r12, -32
        .cfi_offset r13, -40
        .cfi_offset r14, -48
        .cfi_offset r15, -56
        callq   *%rsi
        .cfi_restore_state
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbx
        retq
        .cfi_endproc
        .size   heddle_call_above, . - heddle_call_above

        .globl  heddle_call_below
        .hidden heddle_call_below
        .type   heddle_call_below, @function
        .balign 16
heddle_call_below:
        .cfi_startproc
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        movq    %rsp, %rbp
        .cfi_def_cfa_register rbp
        movq    %rdi, %rsp
        andq    $-16, %rsp
        movq    %rdx, %rdi
        callq   *%rsi
        movq    %rbp, %rsp
        popq    %rbp
        .cfi_def_cfa rsp, 8
        .cfi_restore rbp
        retq
        .cfi_endproc
        .size   heddle_call_below, . - heddle_call_below

#elif defined(__aarch64__)

        .globl  heddle_switch_context
        .hidden heddle_switch_context
        .type   heddle_switch_context, %function
        .balign 32
heddle_switch_context:
        .cfi_startproc
        sub     sp, sp, #160
        .cfi_adjust_cfa_offset 160
        stp     x29, x30, [sp, #0]
        .cfi_rel_offset x29, 0
        .cfi_rel_offset x30, 8
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mov     x9, sp
        str     x9, [x0]
        mov     sp, x1
        ldp     x29, x30, [sp, #0]
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #160
        .cfi_adjust_cfa_offset -160
        .cfi_restore x29
        .cfi_restore x30
        ret
        .cfi_endproc
        .size   heddle_switch_context, . - heddle_switch_context

        .globl  heddle_start
        .hidden heddle_start
        .type   heddle_start, %function
        .balign 16
heddle_start:
        .cfi_startproc
        .cfi_undefined x30
        mov     x29, xzr
        mov     x0, x19
        bl      heddle_enter_stack
        brk     #1
        .cfi_endproc
        .size   heddle_start, . - heddle_start

        .globl  heddle_call_above
        .hidden heddle_call_above
        .type   heddle_call_above, %function
        .balign 16
heddle_call_above:
        .cfi_startproc
        stp     x19, x30, [sp, #-16]!
        .cfi_adjust_cfa_offset 16
        .cfi_rel_offset x19, 0
        .cfi_rel_offset x30, 8
        mov     x19, x0
        mov     x0, x2
        .cfi_remember_state
        .cfi_def_cfa x19, 160
        .cfi_offset x29, -160
        .cfi_offset x30, -152
        .cfi_offset x19, -144
        .cfi_offset x20, -136
        .cfi_offset x21, -128
        .cfi_offset x22, -120
        .cfi_offset x23, -112
        .cfi_offset x24, -104
        .cfi_offset x25, -96
        .cfi_offset x26, -88
        .cfi_offset x27, -80
        .cfi_offset x28, -72
        blr     x1
        .cfi_restore_state
        ldp     x19, x30, [sp], #16
        .cfi_adjust_cfa_offset -16
        .cfi_restore x19
        .cfi_restore x30
        ret
        .cfi_endproc
        .size   heddle_call_above, . - heddle_call_above

        .globl  heddle_call_below
        .hidden heddle_call_below
        .type   heddle_call_below, %function
        .balign 16
heddle_call_below:
        .cfi_startproc
        stp     x29, x30, [sp, #-16]!
        .cfi_adjust_cfa_offset 16
        .cfi_rel_offset x29, 0
        .cfi_rel_offset x30, 8
        mov     x29, sp
        .cfi_def_cfa_register x29
        mov     sp, x0
        mov     x0, x2
        blr     x1
        mov     sp, x29
        .cfi_def_cfa_register sp
        ldp     x29, x30, [sp], #16
        .cfi_adjust_cfa_offset -16
        .cfi_restore x29
        .cfi_restore x30
        ret
        .cfi_endproc
        .size   heddle_call_below, . - heddle_call_below

#else
#error "no context switch for this architecture"
#endif

        .section .note.GNU-stack, "", %progbits
