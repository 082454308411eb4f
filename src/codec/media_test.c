/* Files told by their bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/media.h"

#define BYTES(text)                                                                                \
 {                                                                                                 \
  text, sizeof(text) - 1                                                                           \
 }

static const char jpeg[] = "\xff\xd8\xff\xe0\x00\x04zz\xff\xff\xda\x00\x04zzpicture\xff\xd9trailer";
static const char png[] = "\x89PNG\r\n\x1a\n"
                          "\x00\x00\x00\x02IHDRzzcccc"
                          "\x00\x00\x00\x00IENDcccc";
static const char webp[] = "RIFF\x10\x00\x00\x00WEBPVP8L\x04\x00\x00\x00pict";
static const char pdf[] = "%PDF-1.4\nx\n%%EOF\n";

static const struct {
    Str bytes;
    MediaKind kind;
    size_t whole; /* bytes without which it is cut off */
} files[] = {
    {BYTES(jpeg), MEDIA_JPEG, sizeof jpeg - 1 - 7},
    {BYTES(png), MEDIA_PNG, sizeof png - 1},
    {BYTES(webp), MEDIA_WEBP, sizeof webp - 1},
    {BYTES(pdf), MEDIA_PDF, sizeof pdf - 1 - 1},
};
enum { FILE_N = sizeof files / sizeof *files };

static void each_kind_is_told_by_its_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_N; i++) {
        assert_int_equal(media_of(files[i].bytes), files[i].kind);
        assert_int_equal(media_find(media_type(files[i].kind)), files[i].kind);
        assert_true(media_extension(files[i].kind).n > 0);
    }
}

static void a_file_that_is_cut_off_anywhere_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_N; i++) {
        for (size_t n = 0; n < files[i].whole; n++)
            assert_int_equal(media_of(str_slice(files[i].bytes, 0, n)), MEDIA_NONE);
        assert_int_equal(media_of(str_slice(files[i].bytes, 0, files[i].whole)), files[i].kind);
    }
}

static void what_only_looks_like_one_is_none(void **state)
{
    (void)state;
    static const Str others[] = {
        BYTES(""),
        BYTES("<svg xmlns='http://www.w3.org/2000/svg'/>"),
        BYTES("GIF89a picture"),
        BYTES(" %PDF-1.4\n%%EOF"),                          /* not at the beginning */
        BYTES("\xff\xd8\xff\xd9"),                          /* no picture in it */
        BYTES("\xff\xd8\xff\xe0\xff\xff zz\xff\xd9"),       /* a segment beyond the end */
        BYTES("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IENDcccc"), /* no header */
        BYTES("\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDRcccc"), /* a chunk beyond the end */
        BYTES("RIFF\x10\x00\x00\x00WAVEfmt \x04\x00\x00\x00pict"),
        BYTES("RIFF\xff\xff\xff\xffWEBPVP8L\x04\x00\x00\x00pict"),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(media_of(others[i]), MEDIA_NONE);
}

static void a_claim_is_read_in_either_case_and_without_parameters(void **state)
{
    (void)state;
    assert_int_equal(media_find(STR("Image/JPEG; charset=x")), MEDIA_JPEG);
    assert_int_equal(media_find(STR("application/pdf")), MEDIA_PDF);
    assert_int_equal(media_find(STR("image/svg+xml")), MEDIA_NONE);
    assert_int_equal(media_find(STR("image/jpe")), MEDIA_NONE);
    assert_int_equal(media_find((Str){0}), MEDIA_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_told_by_its_bytes),
        cmocka_unit_test(a_file_that_is_cut_off_anywhere_is_none),
        cmocka_unit_test(what_only_looks_like_one_is_none),
        cmocka_unit_test(a_claim_is_read_in_either_case_and_without_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
