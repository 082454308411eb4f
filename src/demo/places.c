/* The counties that a demo can have, their guided accounts, and the city above several of them. */
#include "demo/demo_int.h"

#include "access/access.h"
#include "core/place.h"

#define SAY(chinese, english)                                                                      \
 {                                                                                                 \
  {chinese, sizeof(chinese) - 1},                                                                  \
  {                                                                                                \
   english, sizeof(english) - 1                                                                    \
  }                                                                                                \
 }

/* Targets alone: what was recorded does not depend on them. */
static const struct DemoSaid said_by_boluo[] = {
    {"tcm_hall_share", "90"}, {"clinic_basic_standard_share", "85"}, {"public_clinic_share", "80"},
    {"clinics_built", "5"},   {"remote_service_share", "100"},       {NULL, NULL},
};
static const struct DemoSaid said_by_qinyang[] = {
    {"grid_centres", "15"},  {"grid_clinics", "300"},     {"public_clinic_share", "60"},
    {"clinics_built", "20"}, {"management_centres", "1"}, {NULL, NULL},
};

const DemoPlace demo_places[] = {
    {.code = {"441322", 6},
     .divisions = "441322.csv",
     .prefix = "",
     .name = SAY("博罗县", "Boluo County"),
     .commission = SAY("博罗县卫生健康局", "Boluo County Health Commission"),
     .centres = 22,
     .clinics = 343,
     .said = said_by_boluo},
    {.code = {"410882", 6},
     .divisions = "410882.csv",
     .prefix = "qinyang-",
     .name = SAY("沁阳市", "Qinyang City"),
     .commission = SAY("沁阳市卫生健康委员会", "Qinyang City Health Commission"),
     .centres = 15,
     .clinics = 300,
     .said = said_by_qinyang},
};
const size_t demo_place_n = sizeof demo_places / sizeof *demo_places;

static const Wording city_name = SAY("示范市", "Demo City");
static const Wording city_commission = SAY("示范市卫生健康委", "Demo City Health Commission");
static const Wording city_title = SAY("市卫生健康委", "City health commission");
static const Wording city_hint =
    SAY("几个县的方案和指标并列比较，各按本县的规定值评判；点“进入这个县看”看一个县",
        "Plans and measures of the counties side by side, each by its own values; open one county");

static const struct {
    const char *login;
    Wording title, hint;
} guided[DEMO_GUIDED_N] = {
    [DEMO_DOCTOR] =
        {DEMO_DOCTOR_LOGIN, SAY("乡村医生", "Village doctor"),
         SAY("多数随访按时。从待办第一位开始，填一次随访，看待办怎样变",
             "Mostly on time. Take the first of the list, fill in the visit, watch the list")},
    [DEMO_LATE] = {"late", SAY("乡村医生（常拖延）", "Village doctor, mostly late"),
                   SAY("逾期很多，有拒绝和外出的人。看逾期最久的，点开“为什么”",
                       "Much is overdue, some refuse or are away. Open the oldest and ask why")},
    [DEMO_CLINICIAN] =
        {"clinician", SAY("乡镇卫生院医生", "Township clinician"),
         SAY("按村、医生、团队筛选待办；“居民”页的“可能重复的档案”里有同一个人的两份",
             "Worklists by village, doctor and team; among possible duplicates are two entries of one")},
    [DEMO_DIRECTOR] = {"director", SAY("乡镇卫生院院长", "Township director"),
                       SAY("“概况”里哪一家最迟；“每日工作”里谁在休假；“数据质量”里谁在照抄",
                           "Which clinic is latest, who is on leave, and whose values are copied")},
    [DEMO_TOWNSHIP] =
        {"township", SAY("乡镇卫生院管理员", "Township administrator"),
         SAY("“片区”里有一个村无人负责、一个村两家都管、一位医生休假无人代替：试着安排。看不到居民",
             "One village that nobody answers for, one claimed twice, one doctor away and nobody "
             "there: put it right. No residents")},
    [DEMO_COUNTY] = {"county", SAY("县卫生健康局", "County health commission"),
                     SAY("全县各乡镇的数字，逐级点开到不含身份的名单，看不到个人",
                         "Numbers of the townships, down to rows without identity; no persons")},
    [DEMO_OFFICER] = {"officer", SAY("县医院业务管理人员", "Hospital officer"),
                      SAY("四份对口帮扶协议：哪一份全部完成，哪一份早已停摆",
                          "Four agreements of paired assistance: one kept in full, one given up")},
    [DEMO_ADMIN] = {"admin", SAY("系统管理员（IT）", "Administrator (IT)"),
                    SAY("账号、审计日志、系统状态，看不到居民",
                        "Accounts, the audit and the state of the system; no residents")},
    [DEMO_RESIDENT] = {"resident", SAY("居民本人", "A resident"),
                       SAY("只看得到自己的档案、应做的服务，以及谁看过",
                           "Sees his own record only, what he is owed, and who looked")},
    [DEMO_REPORTER] =
        {"reporter", SAY("县级填报员", "Keeper of the county's reports"),
         SAY("乡镇、机构和项目的报表：打开一份，改一个数，看方案里哪一条跟着变",
             "Reports of townships and institutions: change a number, watch its clause")},
};

Str demo_login(const DemoPlace *place, size_t guide, Arena *arena)
{
    return str_printf(arena, "%s%s", place->prefix, guided[guide].login);
}

const DemoAccount *demo_accounts(Arena *arena, size_t *ret_n)
{
    DemoAccount *accounts = arena_array(arena, DemoAccount, demo_place_n * DEMO_GUIDED_N + 1);
    size_t n = 0;
    for (size_t i = 0; i < demo_place_n; i++) {
        for (size_t j = 0; j < DEMO_GUIDED_N; j++)
            accounts[n++] = (DemoAccount){demo_login(&demo_places[i], j, arena), STR(DEMO_PASSWORD),
                                          guided[j].title, guided[j].hint};
    }
    accounts[n++] = (DemoAccount){STR("city"), STR(DEMO_PASSWORD), city_title, city_hint};
    *ret_n = n;
    return accounts;
}

Err demo_account_add(Demo *demo, size_t guide, Uuid id, Str name, Str role, Str facility)
{
    const Account account = {.id = id,
                             .login = demo_login(demo->place, guide, demo->cx->arena),
                             .name = name,
                             .role = role,
                             .facility = facility};
    return account_add(demo->cx, &account, STR(DEMO_PASSWORD));
}

/* An invented city: the counties lie in different provinces. */
Err demo_city(Cx *cx, const DemoOptions *options, const DemoPlace *const *counties, size_t n)
{
    Rng rng = rng_stream(options->seed, STREAM_CITY, 0);
    const Area area = {
        .code = cx->place, .level = 2, .name = city_name.zh, .name_en = city_name.en};
    const Facility commission = {.code = str_printf(cx->arena, "%.*sG01", STR_ARG(cx->place)),
                                 .name = city_commission.zh,
                                 .name_en = city_commission.en,
                                 .kind = STR("city_commission"),
                                 .level = 2,
                                 .valid_from = date_from_ymd(2010, 1, 1),
                                 .valid_to = DATE_NONE};
    TRY(place_put(cx, city_name.zh, city_name.en));
    TRY(subject_area_add(cx, &area));
    TRY(subject_facility_add(cx, &commission));
    TRY(access_areas_rebuild(cx));
    for (size_t i = 0; i < n; i++)
        TRY(access_member_add(cx, counties[i]->code));
    const Account account = {.id = rng_uuid(&rng, cx->now),
                             .login = STR("city"),
                             .name = name_whole(name_draw(&rng, false, NULL, cx->arena), cx->arena),
                             .role = STR("city_commission"),
                             .facility = commission.code};
    return account_add(cx, &account, STR(DEMO_PASSWORD));
}
