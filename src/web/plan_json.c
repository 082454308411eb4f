/* See plan_json.h. */
#include "web/plan_json.h"

void plan_json_owners(JsonOut *out, const PlanClause *clause)
{
    json_key_c(out, "owners");
    json_array_begin(out);
    for (size_t i = 0; i < clause->owner_n; i++) {
        json_object_begin(out);
        web_json_text(out, "id", clause->owners[i]->id);
        web_json_wording(out, "title", clause->owners[i]->title);
        json_object_end(out);
    }
    json_array_end(out);
}
