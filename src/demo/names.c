/* Invented names. Weights are shares of surnames in South China in rough tenths of a percent. */
#include "demo/names.h"

typedef struct {
    const char *text;
    double weight;
} Weighted;

static const Weighted surnames[] = {
    {"陈", 98}, {"李", 72}, {"黄", 70}, {"张", 55},  {"林", 52}, {"王", 45}, {"刘", 42}, {"吴", 36},
    {"杨", 30}, {"梁", 30}, {"罗", 28}, {"周", 26},  {"何", 25}, {"朱", 24}, {"曾", 24}, {"谢", 20},
    {"徐", 20}, {"钟", 20}, {"邓", 18}, {"叶", 18},  {"郑", 18}, {"许", 16}, {"赖", 12}, {"邹", 12},
    {"谭", 12}, {"苏", 12}, {"卢", 12}, {"蔡", 12},  {"胡", 12}, {"郭", 12}, {"彭", 10}, {"温", 10},
    {"廖", 10}, {"严", 8},  {"高", 8},  {"冯", 8},   {"宋", 7},  {"唐", 7},  {"游", 6},  {"丘", 5},
    {"单", 3},  {"仇", 2},  {"区", 3},  {"欧阳", 4}, {"麦", 3},  {"翟", 2},  {"解", 1},  {"缪", 1},
};

enum { GIVEN_N = 32 };

static const char *const male[GIVEN_N] = {
    "伟", "强", "建", "国", "华", "明", "军", "平", "志", "文", "德", "福", "荣", "海", "金", "生",
    "林", "辉", "勇", "杰", "水", "木", "贵", "庆", "春", "光", "新", "东", "佳", "浩", "宇", "子",
};
static const char *const female[GIVEN_N] = {
    "芳", "英", "秀", "丽", "兰", "玉", "梅", "珍", "凤", "燕", "红", "琴", "娟", "桂", "彩", "莲",
    "月", "霞", "惠", "雪", "云", "静", "婷", "欣", "怡", "妹", "娣", "慧", "琼", "群", "招", "思",
};
/* Extension A and B characters, and a name with a middle dot. */
static const char *const rare[] = {"㛃", "䶮", "𠮷", "堃", "昇", "珺"};
static const char *const dotted[] = {"阿布都热依木·买买提", "古丽娜尔·艾合买提", "才仁·扎西多杰"};

static Str pick(Rng *rng, const char *const *list, size_t n)
{
    return str_from_c(list[rng_between(rng, 0, (int64_t)n - 1)]);
}

static Str draw_surname(Rng *rng)
{
    double weights[sizeof surnames / sizeof *surnames];
    for (size_t i = 0; i < sizeof surnames / sizeof *surnames; i++)
        weights[i] = surnames[i].weight;
    return str_from_c(surnames[rng_weighted(rng, weights, sizeof weights / sizeof *weights)].text);
}

PersonName name_draw(Rng *rng, bool is_male, const Str *surname, Arena *arena)
{
    int64_t kind = rng_between(rng, 1, 1000);
    if (surname == NULL && kind <= 2)
        return (PersonName){STR(""), pick(rng, dotted, sizeof dotted / sizeof *dotted)};
    PersonName name = {surname != NULL ? *surname : draw_surname(rng), {0}};
    const char *const *list = is_male ? male : female;
    const size_t n = GIVEN_N;
    Str first = pick(rng, list, n);
    Str second = kind <= 6 ? pick(rng, rare, sizeof rare / sizeof *rare) : pick(rng, list, n);
    bool is_single = rng_chance(rng, 0.12);
    name.given = is_single ? first : str_printf(arena, "%.*s%.*s", STR_ARG(first), STR_ARG(second));
    return name;
}

Str name_ethnic_group(Str whole)
{
    if (str_find(whole, STR("·"), 0) == SIZE_MAX)
        return STR("01");
    return str_has_prefix(whole, str_from_c(dotted[2])) ? STR("04") : STR("05");
}

Str name_longest(void)
{
    return STR("古丽巴哈尔·阿不都克里木·麦麦提吐尔逊江");
}

Str name_whole(PersonName name, Arena *arena)
{
    return str_printf(arena, "%.*s%.*s", STR_ARG(name.surname), STR_ARG(name.given));
}
