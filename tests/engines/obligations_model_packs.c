/* See obligations_model_packs.h. */
#include "obligations_model_packs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "engine/records/records.h"
#include "support/both_engines.h"

static const char pack_file[] =
    "pack: model\nversion: 1.0.0\ntitle: {zh: 样例, en: Model}\nlanguages: [zh, en]\nneeds: []\n"
    "sources:\n  - {key: case, title: {zh: 例子, en: Cases}, edition: \"1\"}\n";

static const char codes_file[] = "codes:\n"
                                 "  - id: one_or_two\n"
                                 "    title: {zh: 类别, en: Kind}\n"
                                 "    source: case\n"
                                 "    options:\n"
                                 "      - {code: 1, zh: 一, en: One}\n"
                                 "      - {code: 2, zh: 二, en: Two}\n";

const char *const model_form_names[MODEL_FORM_N] = {
    [MODEL_ENTRY] = "entry", [MODEL_EXIT] = "exit",           [MODEL_VISIT] = "visit",
    [MODEL_EXAM] = "exam",   [MODEL_DISCHARGE] = "discharge", [MODEL_SHOT] = "shot",
    [MODEL_CARD] = "card",
};

/* Every form has a code, a day and an amount. */
#define FORM_TEXT                                                                                  \
 "form: %s\ntitle: {zh: 表单, en: Form}\nsubject: resident\nsource: case\nsections:\n"           \
 "  - id: only\n    title: {zh: 内容, en: Content}\n    fields:\n"                               \
 "      - {id: kind, type: code, codes: one_or_two, label: {zh: 类别, en: Kind}}\n"              \
 "      - {id: agreed_on, type: date, label: {zh: 日期, en: Day}%s}\n"                           \
 "      - {id: amount, type: integer, label: {zh: 数量, en: Amount}}\n"

#define TITLE "    title: {zh: 服务, en: Service}\n"
#define END   "    source: case\n    remarks: {zh: 说明。, en: In words.}\n"

#define CHRONIC_TEXT                                                                               \
 "program: chronic\ntitle: {zh: 慢病, en: Chronic}\ntag: {zh: 慢, en: C}\nsubject: resident\n"  \
 "source: case\nwho: {enrolled_by: %s, left_by: %s}\nobligations:\n"

#define FOLLOWUP_TEXT                                                                              \
 "  - id: followup\n" TITLE "    evidence: {form: visit, where: \"kind IN (%s)\"}\n"               \
 "    every: {quarter: 1}\n    first: {field: agreed_on}\n"                                        \
 "    sooner: {field: agreed_on, latest: \"add_months(happened_on, %d)\"}\n    notice: 14d\n" END

#define CHECK_TEXT                                                                                 \
 "  - id: check\n" TITLE "    evidence: {form: visit, where: \"kind = '1'\"}\n"                    \
 "    after_last: {next: \"add_months(happened_on, %d)\", first: 7d, opens: 14d}\n"                \
 "    notice: 7d\n" END

#define YEARLY_TEXT                                                                                \
 "  - id: yearly\n" TITLE "    evidence: exam\n    valid: {until: %s}\n    every: {year: 1}\n"     \
 "    first: this_period\n" END "  - id: yearly\n" TITLE                                           \
 "    evidence: exam\n    valid: {from: %s}\n    every: {half: 1}\n"                               \
 "    first: this_period\n" END

#define REPORT_TEXT                                                                                \
 "  - id: report\n" TITLE "    evidence: exam\n    deadlines: [\"03-20\", \"11-20\"]\n"            \
 "    late: %dd\n%s    notice: 20d\n" END

#define SUM_TEXT                                                                                   \
 "  - id: sum\n" TITLE                                                                             \
 "    evidence: visit\n    sum: {half: %d, of: amount}\n    notice: 5d\n" END                      \
 "  - id: count\n" TITLE "    evidence: visit\n"                                                   \
 "    count: {quarter: 2, where: \"amount >= %d\"}\n" END

#define SHOTS_TEXT                                                                                 \
 "program: shots\ntitle: {zh: 接种, en: Shots}\ntag: {zh: 种, en: V}\nsubject: resident\n"      \
 "source: case\nwho: {age: {from: 0d}}\nobligations:\n"                                            \
 "  - id: shots\n" TITLE "    evidence: shot\n    doses:\n"                                        \
 "      kinds: {a: \"kind = '1'\", b: \"kind = '2'\"}\n      grace: %dd\n      list:\n"            \
 "        - {id: a1, title: {zh: 甲1, en: A1}, kind: a, min_age: %dm, due_age: %dm,"              \
 " before_age: %dm}\n"                                                                             \
 "        - {id: a2, title: {zh: 甲2, en: A2}, kind: a, min_age: %dm, interval: %dd,"             \
 " before_age: %dm}\n"                                                                             \
 "        - id: b1\n          title: {zh: 乙1, en: B1}\n          kind: b\n"                      \
 "          min_age: 8m\n          before_age: 36m\n          interval: {a: 60d}\n"                \
 "          catch_up:\n            - {given: {a: 0}, skip: true}\n"                                \
 "            - {given: {a: 1}, min_age: 10m, interval: {a1: 90d}}\n"                              \
 "        - {id: b2, title: {zh: 乙2, en: B2}, kind: b, min_age: 14m, due_age: 15m,"              \
 " interval: {b1: 6m}}\n"                                                                          \
 "    notice: 10d\n" END

#define ELDERLY_TEXT                                                                                 \
 "program: elderly\ntitle: {zh: 老年人, en: Elderly}\ntag: {zh: 老, en: E}\nsubject: resident\n" \
 "source: case\nwho: {turns: {age: %dy, in: year}}\nobligations:\n"                                  \
 "  - id: elderly\n" TITLE "    evidence: exam\n    every: {year: 1}\n    notice: 30d\n" END

#define DISCHARGED_TEXT                                                                            \
 "program: discharged\ntitle: {zh: 出院, en: Discharged}\ntag: {zh: 院, en: D}\n"               \
 "subject: resident\nsource: case\nwho: {age: {from: 18y}}\nobligations:\n"                        \
 "  - id: first\n" TITLE "    evidence: visit\n    windows:\n"                                     \
 "      anchor: {form: discharge, field: agreed_on, each: true}\n      list:\n"                    \
 "        - {id: home, title: {zh: 入户, en: Home}, opens: 0d, due: 3d, closes: %dd}\n"          \
 "    notice: 1d\n" END "  - id: rest\n" TITLE "    evidence: visit\n    windows:\n"               \
 "      anchor: {form: discharge, field: agreed_on}\n      list:\n"                                \
 "        - {id: early, title: {zh: 早, en: Early}, opens: 0d, due: 10d, closes: 20d}\n"          \
 "        - {id: late, title: {zh: 晚, en: Late}, opens: 15d, due: 25d, closes: 40d}\n"           \
 "    notice: 3d\n" END

const char *const model_rule_names[MODEL_RULE_N] = {
    [MODEL_FOLLOWUP] = "followup", [MODEL_CHECK] = "check",   [MODEL_YEARLY] = "yearly",
    [MODEL_ELDERLY] = "elderly",   [MODEL_FIRST] = "first",   [MODEL_REST] = "rest",
    [MODEL_SHOTS] = "shots",       [MODEL_REPORT] = "report", [MODEL_SUM] = "sum",
    [MODEL_COUNT] = "count",
};
const char *const model_rule_programs[MODEL_RULE_N] = {
    [MODEL_FOLLOWUP] = "chronic", [MODEL_CHECK] = "chronic",    [MODEL_YEARLY] = "chronic",
    [MODEL_ELDERLY] = "elderly",  [MODEL_FIRST] = "discharged", [MODEL_REST] = "discharged",
    [MODEL_SHOTS] = "shots",      [MODEL_REPORT] = "chronic",   [MODEL_SUM] = "chronic",
    [MODEL_COUNT] = "chronic",
};

Str model_item_name(ModelRule rule, int item)
{
    static const char *const names[MODEL_RULE_N][4] = {
        [MODEL_FIRST] = {"home"},
        [MODEL_REST] = {"early", "late"},
        [MODEL_SHOTS] = {"a1", "a2", "b1", "b2"},
    };
    return item == 0 ? STR("") : str_from_c(names[rule][item - 1]);
}

/* The packs write where a code decides. */
static const char *who_text(Arena *arena, bool needs_code, const char *form)
{
    Str text = needs_code ? str_printf(arena, "{form: %s, where: \"kind = '1'\"}", form)
                          : str_from_c(form);
    return str_to_c(arena, text);
}

static Str chronic_text(Arena *arena, const ModelPack *pack)
{
    char until[DATE_TEXT_SIZE], from[DATE_TEXT_SIZE];
    Buf buf;
    buf_init(&buf, arena, KIB(16));
    buf_printf(&buf, CHRONIC_TEXT, who_text(arena, pack->needs_kind, "entry"),
               who_text(arena, pack->needs_why, "exit"));
    buf_printf(&buf, FOLLOWUP_TEXT, pack->counts_call ? "'1', '2'" : "'1'", pack->latest_months);
    if (pack->has_check)
        buf_printf(&buf, CHECK_TEXT, pack->check_months);
    buf_printf(&buf, YEARLY_TEXT, date_format(pack->year_until, until),
               date_format(date_add_days(pack->year_until, 1), from));
    const char *opens =
        pack->report_opens == 0
            ? ""
            : str_to_c(arena, str_printf(arena, "    opens: %dd\n", pack->report_opens));
    buf_printf(&buf, REPORT_TEXT, pack->report_late, opens);
    buf_printf(&buf, SUM_TEXT, pack->sum_needed, pack->count_least);
    return buf_str(&buf);
}

static Str shots_text(Arena *arena, const ModelPack *pack)
{
    return str_printf(arena, SHOTS_TEXT, pack->shot_grace, pack->shot_from, pack->shot_from + 1,
                      pack->shot_before, pack->shot_from + 2, pack->shot_gap, pack->shot_before);
}

PackSet *model_pack_open(Arena *arena, const ModelPack *pack)
{
    PackFile files[6 + MODEL_FORM_N];
    size_t n = 0;
    files[n++] = (PackFile){.path = STR("model/codes/lists.yaml"), .text = str_from_c(codes_file)};
    for (int i = 0; i < MODEL_FORM_N; i++) {
        /* paths ascend */
        static const ModelForm order[] = {MODEL_CARD, MODEL_DISCHARGE, MODEL_ENTRY, MODEL_EXAM,
                                          MODEL_EXIT, MODEL_SHOT,      MODEL_VISIT};
        const char *name = model_form_names[order[i]];
        const char *keeps = order[i] == MODEL_CARD ? ", keeps: birth_date" : "";
        files[n++] = (PackFile){.path = str_printf(arena, "model/forms/%s.yaml", name),
                                .text = str_printf(arena, FORM_TEXT, name, keeps)};
    }
    files[n++] = (PackFile){.path = STR("model/pack.yaml"), .text = str_from_c(pack_file)};
    files[n++] =
        (PackFile){.path = STR("model/programs/chronic.yaml"), .text = chronic_text(arena, pack)};
    files[n++] = (PackFile){.path = STR("model/programs/discharged.yaml"),
                            .text = str_printf(arena, DISCHARGED_TEXT, pack->first_closes)};
    files[n++] = (PackFile){.path = STR("model/programs/elderly.yaml"),
                            .text = str_printf(arena, ELDERLY_TEXT, pack->elderly_from)};
    files[n++] =
        (PackFile){.path = STR("model/programs/shots.yaml"), .text = shots_text(arena, pack)};
    PackSet *set = both_engines_pack_files(arena, files, n);
    record_forms_prepare(set);
    return set;
}

ModelPack model_pack_random(Rng *rng)
{
    static const char *const untils[] = {"2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01"};
    return (ModelPack){.needs_kind = rng_chance(rng, 0.6),
                       .needs_why = rng_chance(rng, 0.4),
                       .counts_call = rng_chance(rng, 0.4),
                       .has_check = rng_chance(rng, 0.7),
                       .latest_months = (int)rng_between(rng, 1, 3),
                       .check_months = (int)rng_between(rng, 1, 3),
                       .elderly_from = (int)rng_between(rng, 62, 65),
                       .first_closes = (int)rng_between(rng, 1, 3) * 7,
                       .year_until = test_day(untils[rng_between(rng, 0, 3)]),
                       .shot_from = (int)rng_between(rng, 2, 5),
                       .shot_before = (int)rng_between(rng, 9, 16),
                       .shot_gap = (int)rng_between(rng, 28, 60),
                       .shot_grace = (int)rng_between(rng, 0, 30),
                       .report_late = (int)rng_between(rng, 0, 40),
                       .report_opens = rng_chance(rng, 0.5) ? 0 : (int)rng_between(rng, 20, 90),
                       .sum_needed = (int)rng_between(rng, 3, 10),
                       .count_least = (int)rng_between(rng, 1, 3)};
}
