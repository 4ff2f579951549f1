/* Which instruction set is used. */
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

extern const isa isa_c;
#if defined(__x86_64__)
extern const isa isa_avx512, isa_avx2;
const isa *const isa_all[] = {&isa_avx512, &isa_avx2, &isa_c, NULL};
#elif defined(__aarch64__)
extern const isa isa_neon;
const isa *const isa_all[] = {&isa_neon, &isa_c, NULL};
#else
const isa *const isa_all[] = {&isa_c, NULL};
#endif

const isa *isa_choose(void) {
  const char *named = getenv("EDGEC_KERNEL_ISA");
  for (int i = 0; isa_all[i]; i++)
    if (isa_all[i]->supported() && (!named || !*named || strcmp(named, isa_all[i]->name) == 0)) return isa_all[i];
  return NULL;
}
