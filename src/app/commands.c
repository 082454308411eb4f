/* Everything that can be typed behind `catchment`. */
#include "app/commands.h"

#include "cli/commands.h"

extern const Command cmd_access_matrix;
extern const Command cmd_backup;
extern const Command cmd_config_check;
extern const Command cmd_config_show;
extern const Command cmd_doctor;
extern const Command cmd_pack_diff;
extern const Command cmd_pack_test;
extern const Command cmd_restore;
extern const Command cmd_serve;
extern const Command cmd_upgrade;

const Command *const app_commands[] = {
    &cmd_serve,
    &cmd_demo,
    &cmd_init,
    &cmd_upgrade,
    &cmd_config_check,
    &cmd_config_show,
    &cmd_backup,
    &cmd_restore,
    &cmd_doctor,
    &cmd_pack_check,
    &cmd_pack_diff,
    &cmd_pack_test,
    &cmd_due,
    &cmd_areas,
    &cmd_areas_check,
    &cmd_health_files,
    &cmd_grid_coverage,
    &cmd_grid_doctor,
    &cmd_areas_import,
    &cmd_facilities,
    &cmd_facilities_import,
    &cmd_catchments_import,
    &cmd_staff_import,
    &cmd_records,
    &cmd_records_export,
    &cmd_records_refile,
    &cmd_resident_accounts,
    &cmd_resident_add,
    &cmd_resident_correct,
    &cmd_resident_death,
    &cmd_resident_duplicates,
    &cmd_resident_history,
    &cmd_resident_leave,
    &cmd_resident_merge,
    &cmd_resident_move,
    &cmd_resident_return,
    &cmd_resident_unmerge,
    &cmd_resident_unplaced,
    &cmd_measure,
    &cmd_measures_verify,
    &cmd_plan_changes,
    &cmd_plan_compare,
    &cmd_plan_coverage,
    &cmd_plan_list,
    &cmd_plan_months,
    &cmd_plan_note,
    &cmd_plan_show,
    &cmd_plan_trend,
    &cmd_score_bulletin,
    &cmd_score_bulletins,
    &cmd_score_freeze,
    &cmd_score_show,
    &cmd_policy_end,
    &cmd_policy_history,
    &cmd_policy_list,
    &cmd_policy_set,
    &cmd_obligations_explain,
    &cmd_obligations_recompute,
    &cmd_obligations_verify,
    &cmd_obligations_waive,
    &cmd_obligations_postpone,
    &cmd_obligations_unwaive,
    &cmd_obligations_waivers,
    &cmd_access_user_add,
    &cmd_user_list,
    &cmd_user_show,
    &cmd_user_enable,
    &cmd_user_disable,
    &cmd_user_reset,
    &cmd_user_sessions,
    &cmd_devices_list,
    &cmd_devices_revoke,
    &cmd_access_audit_verify,
    &cmd_access_matrix,
    &cmd_audit_list,
    &cmd_relations_grant,
    &cmd_relations_end,
    &cmd_relations_list,
};
const size_t app_command_n = sizeof app_commands / sizeof *app_commands;
