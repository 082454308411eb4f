/* VEC(Type): a growing array in an arena. Use it as
 *     VEC(Str) words = {0};  VEC_PUSH(arena, &words, word);  words.items[i], words.n */
#pragma once

#include "base/arena.h"

#define VEC(Type)                                                                                  \
 struct {                                                                                          \
  Type *items;                                                                                     \
  size_t n;                                                                                        \
  size_t capacity;                                                                                 \
 }

#define VEC_PUSH(arena, vec, ...)                                                                  \
 do {                                                                                              \
  if ((vec)->n == (vec)->capacity) {                                                               \
   size_t vec_old_ = (vec)->capacity;                                                              \
   (vec)->capacity = vec_old_ == 0 ? 8 : vec_old_ * 2;                                             \
   (vec)->items = arena_grow((arena), (vec)->items, vec_old_ * sizeof *(vec)->items,               \
                             (vec)->capacity * sizeof *(vec)->items);                              \
  }                                                                                                \
  (vec)->items[(vec)->n++] = (__VA_ARGS__);                                                        \
 } while (0)
