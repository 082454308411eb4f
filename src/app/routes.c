/* Everything that the server answers under /api and /metrics. */
#include "app/routes.h"

#define ROUTES(ENTRY)                                                                              \
 ENTRY(route_health)                                                                               \
 ENTRY(route_openapi)                                                                              \
 ENTRY(route_metrics)                                                                              \
 ENTRY(route_demo)                                                                                 \
 ENTRY(route_session_post)                                                                         \
 ENTRY(route_session_get)                                                                          \
 ENTRY(route_system)                                                                               \
 ENTRY(route_session_delete)                                                                       \
 ENTRY(route_areas)                                                                                \
 ENTRY(route_facilities)                                                                           \
 ENTRY(route_session_password)                                                                     \
 ENTRY(route_sessions)                                                                             \
 ENTRY(route_session_revoke)                                                                       \
 ENTRY(route_accounts)                                                                             \
 ENTRY(route_accounts_post)                                                                        \
 ENTRY(route_account_put)                                                                          \
 ENTRY(route_account_reset)                                                                        \
 ENTRY(route_account_sessions)                                                                     \
 ENTRY(route_account_sessions_delete)                                                              \
 ENTRY(route_areas_post)                                                                           \
 ENTRY(route_facilities_post)                                                                      \
 ENTRY(route_catchments)                                                                           \
 ENTRY(route_catchments_post)                                                                      \
 ENTRY(route_grid)                                                                                 \
 ENTRY(route_grid_doctor)                                                                          \
 ENTRY(route_health_files)                                                                         \
 ENTRY(route_staff)                                                                                \
 ENTRY(route_staff_post)                                                                           \
 ENTRY(route_staff_leave)                                                                          \
 ENTRY(route_session_purpose)                                                                      \
 ENTRY(route_audit)                                                                                \
 ENTRY(route_resident_audit)                                                                       \
 ENTRY(route_relations)                                                                            \
 ENTRY(route_relations_post)                                                                       \
 ENTRY(route_relation_end)                                                                         \
 ENTRY(route_own)                                                                                  \
 ENTRY(route_resident_account)                                                                     \
 ENTRY(route_resident_accounts)                                                                    \
 ENTRY(route_emergencies)                                                                          \
 ENTRY(route_emergencies_post)                                                                     \
 ENTRY(route_emergency_review)                                                                     \
 ENTRY(route_devices)                                                                              \
 ENTRY(route_devices_post)                                                                         \
 ENTRY(route_device_revoke)                                                                        \
 ENTRY(route_sync)                                                                                 \
 ENTRY(route_forms)                                                                                \
 ENTRY(route_form)                                                                                 \
 ENTRY(route_form_records)                                                                         \
 ENTRY(route_record_print)                                                                         \
 ENTRY(route_form_print)                                                                           \
 ENTRY(route_form_records_csv)                                                                     \
 ENTRY(route_form_context)                                                                         \
 ENTRY(route_obligations)                                                                          \
 ENTRY(route_obligations_why)                                                                      \
 ENTRY(route_plans)                                                                                \
 ENTRY(route_plan)                                                                                 \
 ENTRY(route_plan_clause)                                                                          \
 ENTRY(route_plan_entries_post)                                                                    \
 ENTRY(route_plan_entry_end)                                                                       \
 ENTRY(route_policy)                                                                               \
 ENTRY(route_policy_post)                                                                          \
 ENTRY(route_overview)                                                                             \
 ENTRY(route_obligations_explain)                                                                  \
 ENTRY(route_waivers)                                                                              \
 ENTRY(route_waivers_post)                                                                         \
 ENTRY(route_waiver_end)                                                                           \
 ENTRY(route_subjects)                                                                             \
 ENTRY(route_subject)                                                                              \
 ENTRY(route_worklist)                                                                             \
 ENTRY(route_worklist_totals)                                                                      \
 ENTRY(route_worklist_csv)                                                                         \
 ENTRY(route_worklist_views)                                                                       \
 ENTRY(route_worklist_view_put)                                                                    \
 ENTRY(route_worklist_view_delete)                                                                 \
 ENTRY(route_residents)                                                                            \
 ENTRY(route_resident_reveal)                                                                      \
 ENTRY(route_resident)                                                                             \
 ENTRY(route_residents_post)                                                                       \
 ENTRY(route_resident_events)                                                                      \
 ENTRY(route_resident_events_post)                                                                 \
 ENTRY(route_resident_event_void)                                                                  \
 ENTRY(route_resident_merge)                                                                       \
 ENTRY(route_resident_unmerge)                                                                     \
 ENTRY(route_resident_entries)                                                                     \
 ENTRY(route_resident_duplicates)                                                                  \
 ENTRY(route_residents_unplaced)                                                                   \
 ENTRY(route_household)                                                                            \
 ENTRY(route_households_post)                                                                      \
 ENTRY(route_household_move)                                                                       \
 ENTRY(route_record_refile)                                                                        \
 ENTRY(route_resident_records)                                                                     \
 ENTRY(route_work)                                                                                 \
 ENTRY(route_resident_charts)                                                                      \
 ENTRY(route_record_history)                                                                       \
 ENTRY(route_drafts)                                                                               \
 ENTRY(route_draft)                                                                                \
 ENTRY(route_draft_put)                                                                            \
 ENTRY(route_draft_delete)                                                                         \
 ENTRY(route_records_post)                                                                         \
 ENTRY(route_resident_attachments_post)                                                            \
 ENTRY(route_resident_attachment)                                                                  \
 ENTRY(route_record_attachment)                                                                    \
 ENTRY(route_record)                                                                               \
 ENTRY(route_record_void)

#define DECLARE(name) extern const Route name;
ROUTES(DECLARE)

#define POINT(name) &name,
const Route *const app_routes[] = {ROUTES(POINT)};
const size_t app_route_n = sizeof app_routes / sizeof *app_routes;
