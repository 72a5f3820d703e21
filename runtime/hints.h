/* hints.h: what compilers are told of how often code runs. It changes nothing but speed. */
#ifndef REBASE_HINTS_H
#define REBASE_HINTS_H
#if defined(__GNUC__) || defined(__clang__)
#define SELDOM __attribute__((noinline, cold))
#define OUT_OF_LINE __attribute__((noinline))   /* of what most decisions do not need: inside its caller it would take registers from what they do */
#define TOGETHER __attribute__((flatten)) /* what it calls is short, and called often */
#else
#define SELDOM
#define OUT_OF_LINE
#define TOGETHER
#endif
#endif
