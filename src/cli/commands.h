/* Every command, each declared in its cmd_<stem>.c. app/commands.c puts them in the table. */
#pragma once

#include "cli/cli.h"

extern const Command cmd_access_audit_verify;
extern const Command cmd_access_user_add;
extern const Command cmd_audit_list;
extern const Command cmd_relations_end;
extern const Command cmd_relations_grant;
extern const Command cmd_relations_list;
extern const Command cmd_areas;
extern const Command cmd_areas_check;
extern const Command cmd_health_files;
extern const Command cmd_grid_coverage;
extern const Command cmd_grid_doctor;
extern const Command cmd_areas_import;
extern const Command cmd_catchments_import;
extern const Command cmd_demo;
extern const Command cmd_due;
extern const Command cmd_facilities;
extern const Command cmd_facilities_import;
extern const Command cmd_init;
extern const Command cmd_obligations_explain;
extern const Command cmd_obligations_recompute;
extern const Command cmd_obligations_postpone;
extern const Command cmd_obligations_unwaive;
extern const Command cmd_obligations_verify;
extern const Command cmd_obligations_waive;
extern const Command cmd_obligations_waivers;
extern const Command cmd_pack_check;
extern const Command cmd_policy_end;
extern const Command cmd_policy_history;
extern const Command cmd_policy_list;
extern const Command cmd_policy_set;
extern const Command cmd_records;
extern const Command cmd_records_export;
extern const Command cmd_staff_import;
extern const Command cmd_resident_accounts;
extern const Command cmd_records_refile;
extern const Command cmd_resident_add;
extern const Command cmd_resident_correct;
extern const Command cmd_resident_death;
extern const Command cmd_resident_duplicates;
extern const Command cmd_resident_history;
extern const Command cmd_resident_leave;
extern const Command cmd_resident_merge;
extern const Command cmd_resident_move;
extern const Command cmd_resident_return;
extern const Command cmd_resident_unmerge;
extern const Command cmd_resident_unplaced;
extern const Command cmd_user_disable;
extern const Command cmd_user_enable;
extern const Command cmd_user_list;
extern const Command cmd_user_reset;
extern const Command cmd_user_sessions;
extern const Command cmd_user_show;
