/* Attachments over HTTP: sending a file before its record, and reading one. A body is the bytes
 * alone; its Content-Type is what the sender takes it for. */
#include "engine/records/attachments.h"
#include "engine/subjects/residents.h"
#include "web/route.h"

enum { RECORD_FILE_NAME = 16 }; /* digits of the hash */

#define MEDIA_TYPES "image/jpeg, image/png, image/webp, application/pdf"

static Err resident_attachments_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    AttachmentUpload upload = {.form = http_query(request, "form"),
                               .field = http_query(request, "field"),
                               .claimed = http_header(request, "content-type"),
                               .bytes = request->body};
    Attachment attachment;
    bool was_known = false;
    TRY(web_parameter_uuid(cx, request, "id", &upload.subject));
    TRY(attachment_upload(cx, &upload, &attachment, &was_known));
    response->status = was_known ? 200 : 201;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_text(&out, "hash", attachment.hash);
    web_json_text(&out, "type", media_type(attachment.kind));
    json_key_c(&out, "bytes");
    json_integer(&out, attachment.bytes);
    json_key_c(&out, "was_known");
    json_bool(&out, was_known);
    json_object_end(&out);
    return OK;
}

const Route route_resident_attachments_post = {
    .method = HTTP_POST,
    .path = "/api/residents/{id}/attachments",
    .handler = resident_attachments_post,
    .permit = "records.write",
    .query = "{form: text, field: text}",
    .body_most = ATTACHMENT_BYTES_MOST,
    .in_media = MEDIA_TYPES,
    .out = "{hash: text, type: text, bytes: integer, was_known: bool}",
    .may_create = true,
    .title = {"上传照片或文件，供随后的记录引用", "Send a file for a record to name"},
};

/* Never run, never sniffed, never shown inside another page; a document is saved, not opened. */
static void give_file(Cx *cx, HttpResponse *response, const Attachment *attachment, Str bytes)
{
    const char *how = attachment->kind == MEDIA_PDF ? "attachment" : "inline";
    response->content_type = media_type(attachment->kind);
    response->constant = bytes;
    http_set_header(response, "Content-Disposition",
                    str_printf(cx->arena, "%s; filename=\"%.*s.%.*s\"", how, (int)RECORD_FILE_NAME,
                               attachment->hash.p, STR_ARG(media_extension(attachment->kind))));
}

static Err record_attachment_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Attachment attachment;
    Str bytes = {0};
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(attachment_open(cx, id, http_parameter(request, "hash"), &attachment, &bytes));
    give_file(cx, response, &attachment, bytes);
    return OK;
}

const Route route_record_attachment = {
    .method = HTTP_GET,
    .path = "/api/records/{id}/attachments/{hash}",
    .handler = record_attachment_get,
    .permit = "records.read",
    .out_media = MEDIA_TYPES,
    .title = {"记录中的一张照片或一个文件", "A file that a record names"},
};

static Err resident_attachment_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Attachment attachment;
    Str bytes = {0};
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(attachment_open_own(cx, id, http_parameter(request, "hash"), &attachment, &bytes));
    give_file(cx, response, &attachment, bytes);
    return OK;
}

const Route route_resident_attachment = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}/attachments/{hash}",
    .handler = resident_attachment_get,
    .permit = "records.write",
    .out_media = MEDIA_TYPES,
    .title = {"自己上传、尚未提交的文件", "A file that one has sent and not yet put into a record"},
};
