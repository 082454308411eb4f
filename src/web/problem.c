/* Problem documents, see problem.h. */
#include "web/problem.h"

#include "codec/json_out.h"

static void put_wording(JsonOut *out, const char *key, Wording wording)
{
    json_key_c(out, key);
    json_object_begin(out);
    json_key_c(out, "zh");
    json_text(out, wording.zh);
    json_key_c(out, "en");
    json_text(out, wording.en);
    json_object_end(out);
}

static void put_problem(JsonOut *out, const Problem *problem)
{
    json_object_begin(out);
    json_key_c(out, "code");
    json_text_c(out, problem->key == NULL ? err_name(problem->err) : problem->key);
    json_key_c(out, "where");
    json_text(out, problem->where);
    put_wording(out, "text", problem->text);
    json_key_c(out, "soft");
    json_bool(out, problem->is_soft);
    if (problem->confirm.n > 0) {
        json_key_c(out, "confirm");
        json_text(out, problem->confirm);
    }
    json_object_end(out);
}

/* One problem says it best itself; otherwise the general wording of the code does. */
static Wording title_of(Err err, const Problem *problems, size_t problem_n)
{
    if (problem_n == 1)
        return problems[0].text;
    return (Wording){str_from_c(err_title_zh(err)), str_from_c(err_title_en(err))};
}

JsonOut problem_begin(HttpResponse *response, Lang lang, Err err, const Problem *problems,
                      size_t problem_n, Str request_id)
{
    if (response->status == 0)
        response->status = err_http_status(err);
    response->content_type = STR("application/problem+json");
    response->constant = (Str){0};
    response->stream = NULL;
    buf_clear(&response->body);
    Wording title = title_of(err, problems, problem_n);
    JsonOut out = json_out(&response->body);
    json_object_begin(&out);
    json_key_c(&out, "type");
    json_text_c(&out, "about:blank");
    json_key_c(&out, "title");
    json_text(&out, wording_in(title, lang));
    put_wording(&out, "titles", title);
    json_key_c(&out, "status");
    json_integer(&out, response->status);
    json_key_c(&out, "code");
    json_text_c(&out, err_name(err));
    json_key_c(&out, "problems");
    json_array_begin(&out);
    for (size_t i = 0; i < problem_n; i++)
        put_problem(&out, &problems[i]);
    json_array_end(&out);
    json_key_c(&out, "request_id");
    json_text(&out, request_id);
    return out;
}

void problem_write(HttpResponse *response, Lang lang, Err err, const Problem *problems,
                   size_t problem_n, Str request_id)
{
    JsonOut out = problem_begin(response, lang, err, problems, problem_n, request_id);
    json_object_end(&out);
}
