/* A QEMU plugin that counts the guest's instructions by class.

   The guest marks a moment by the system call number MARK, which no kernel has; each mark writes one line to the
   file `out`: the counts so far, in the order of `enum class`. One thread counts: the others must be idle.

   Compiled by counter.py, which defines MARK. The few declarations stand for qemu-plugin.h (plugin API version 1,
   QEMU 6 to 8), which distributions do not package. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define WORDS 4 /* bytes of an A64 instruction */

typedef uint64_t plugin_id;
typedef struct translated_block block;
typedef struct translated_instruction instruction;
typedef struct {
    const char *target_name;
    struct { int min, cur; } version;
} qemu_info;
enum inline_operation { ADD };

size_t qemu_plugin_tb_n_insns(const block *);
instruction *qemu_plugin_tb_get_insn(const block *, size_t);
const void *qemu_plugin_insn_data(const instruction *);
void qemu_plugin_register_vcpu_tb_exec_inline(block *, enum inline_operation, void *, uint64_t);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, block *));
void qemu_plugin_register_vcpu_syscall_cb(plugin_id, void (*)(plugin_id, unsigned, int64_t, uint64_t, uint64_t,
                                                              uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                                                              uint64_t));

EXPORT int qemu_plugin_version = 1;

enum class { INTEGER, BRANCH, LOAD, STORE, SIMD, OTHER, CLASSES };

static uint64_t counts[CLASSES];
static FILE *out;
static bool a64;

static unsigned bits(uint32_t word, int high, int low) { return word >> low & ((2u << (high - low)) - 1); }

/* Loads and stores of A64: the bit L at 22 says load, but for literals (always) and single registers (two bits). */
static enum class load_or_store(uint32_t word) {
    bool literal = bits(word, 29, 28) == 1 && !bits(word, 24, 24);
    bool single = bits(word, 29, 28) == 3;
    bool quadword = bits(word, 26, 26) && bits(word, 31, 30) == 0; /* 128-bit SIMD: 10 stores, 11 loads */
    bool load = single && !quadword ? bits(word, 23, 22) != 0 : bits(word, 22, 22);
    return literal || load ? LOAD : STORE;
}

/* The class by bits 28 to 25, as the Arm Architecture Reference Manual divides A64. */
static enum class classify(uint32_t word) {
    unsigned group = bits(word, 28, 25);
    if ((group & 14) == 8 || (group & 7) == 5) return INTEGER;
    if ((group & 14) == 10) return BRANCH;
    if ((group & 5) == 4) return load_or_store(word);
    return (group & 7) == 7 ? SIMD : OTHER;
}

static void translated(plugin_id id, block *tb) {
    uint64_t found[CLASSES] = {0};
    size_t length = qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < length; i++) {
        uint32_t word = 0;
        if (a64) memcpy(&word, qemu_plugin_insn_data(qemu_plugin_tb_get_insn(tb, i)), WORDS);
        found[a64 ? classify(word) : OTHER]++;
    }
    for (int i = 0; i < CLASSES; i++)
        if (found[i]) qemu_plugin_register_vcpu_tb_exec_inline(tb, ADD, &counts[i], found[i]);
}

static void called(plugin_id id, unsigned cpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                   uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
    if (number != MARK) return;
    for (int i = 0; i < CLASSES; i++) fprintf(out, "%llu ", (unsigned long long)counts[i]);
    fprintf(out, "\n");
    fflush(out);
}

EXPORT int qemu_plugin_install(plugin_id id, const qemu_info *info, int argc, char **argv) {
    if (argc != 1 || strncmp(argv[0], "out=", 4)) return -1;
    out = fopen(argv[0] + 4, "w");
    if (!out) return -1;
    a64 = !strcmp(info->target_name, "aarch64");
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_vcpu_syscall_cb(id, called);
    return 0;
}
