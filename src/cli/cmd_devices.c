/* catchment devices list, revoke: the phones that hold a copy, from the machine itself. A lost one
 * is revoked: its sessions end, and it erases itself when it next asks the server for anything. */
#include "cli/commands.h"

#include "access/access.h"
#include "cli/json_lines.h"

static Err print_device(Cli *cli, const Device *device)
{
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_key_c(&line.json, "device");
    json_uuid(&line.json, device->id);
    json_key_c(&line.json, "login");
    json_text(&line.json, device->login);
    json_key_c(&line.json, "name");
    json_text(&line.json, device->name);
    json_key_c(&line.json, "registered_at");
    json_instant(&line.json, device->registered_at);
    json_key_c(&line.json, "last_sync_at");
    if (device->was_synced)
        json_instant(&line.json, device->synced_at);
    else
        json_null(&line.json);
    json_key_c(&line.json, "state");
    json_text_c(&line.json, device->is_revoked ? "revoked" : "active");
    return json_line_end(&line);
}

static Err devices_list_run(Cli *cli)
{
    Account account = {.id = UUID_NIL}; /* nil: all */
    const Device *devices = NULL;
    size_t n = 0;
    if (cli->operand_n > 0)
        TRY(account_find(cli->cx, cli->operands[0], &account));
    TRY(device_list(cli->cx, account.id, &devices, &n));
    for (size_t i = 0; i < n; i++)
        TRY(print_device(cli, &devices[i]));
    return OK;
}

static Err devices_revoke_run(Cli *cli)
{
    Uuid id = UUID_NIL;
    if (cli->operand_n != 1 || uuid_parse(cli->operands[0], &id) != OK) {
        cli_say("catchment devices revoke: name one DEVICE; catchment devices list shows them");
        return ERR_USAGE;
    }
    return device_revoke(cli->cx, id);
}

const Command cmd_devices_list = {
    .name = "devices list",
    .summary = "the phones that hold a copy, of one account or of all, the newest first",
    .operand = "[LOGIN]",
    .needs = CLI_DATABASE,
    .run = devices_list_run,
};

const Command cmd_devices_revoke = {
    .name = "devices revoke",
    .summary = "shut a lost phone out: its sessions end, and it erases itself at its next request",
    .operand = "DEVICE",
    .needs = CLI_DATABASE,
    .run = devices_revoke_run,
};
