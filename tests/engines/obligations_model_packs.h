/* The packs of the plain model's histories (obligations_model.h): what a ModelPack says, as text.
 * Their rules are those of ModelRule; whoever changes one changes the model with it. */
#pragma once

#include "demo/rng.h"
#include "obligations_model.h"
#include "pack/pack.h"

extern const char *const model_form_names[MODEL_FORM_N];
extern const char *const model_rule_names[MODEL_RULE_N];
extern const char *const model_rule_programs[MODEL_RULE_N];
/* The id of a window or dose; empty for 0. */
Str model_item_name(ModelRule rule, int item);

PackSet *model_pack_open(Arena *arena, const ModelPack *pack);
ModelPack model_pack_random(Rng *rng);
