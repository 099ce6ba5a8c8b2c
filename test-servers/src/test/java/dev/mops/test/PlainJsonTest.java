package dev.mops.test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.test.PlainJson.Arr;
import dev.mops.test.PlainJson.Literal;
import dev.mops.test.PlainJson.Member;
import dev.mops.test.PlainJson.Obj;
import dev.mops.test.PlainJson.Text;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainJsonTest {

    private static final Obj DOCUMENT = new Obj(List.of(
            new Member(
                    "a\u0007\"\\", new Arr(List.of(new Literal("-1.50E+3"), new Literal("true"), new Arr(List.of())))),
            new Member("b", new Obj(List.of())),
            new Member("b", new Text("\u00e9\ud83d\ude00\ud83d"))));

    @Test
    void a_document_is_read_as_it_was_written() {
        assertThat(PlainJson.read(DOCUMENT.write().getBytes(UTF_8))).contains(DOCUMENT);
        assertThat(PlainJson.read("\ufeff { \"a\" :\t[ 1 ,null ]\r\n} ".getBytes(UTF_8)))
                .contains(new Obj(List.of(new Member("a", new Arr(List.of(new Literal("1"), new Literal("null")))))));
        assertThat(PlainJson.read("\"\\u0041\\/\\n\"".getBytes(UTF_8))).contains(new Text("A/\n"));
    }

    @Test
    void a_value_that_stands_twice_is_none() {
        assertThat(DOCUMENT.get("b")).isEmpty();
        assertThat(DOCUMENT.get("a\u0007\"\\")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{}{}",
                "[1,]",
                "[,1]",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1,}",
                "01",
                "+1",
                "1.",
                ".5",
                "1e",
                "NaN",
                "True",
                "nul",
                "\"",
                "\"a\tb\"",
                "\"\\x41\"",
                "\"\\u00g0\"",
                "/**/1",
                "\u00a01"
            })
    void what_is_no_json_is_not_read(String text) {
        assertThat(PlainJson.read(text.getBytes(UTF_8))).isEmpty();
    }

    @Test
    void what_is_no_utf_8_is_not_read() {
        assertThat(PlainJson.read(new byte[] {'"', (byte) 0xff, '"'})).isEmpty();
    }

    @Test
    void the_same_seed_makes_the_same_changes() {
        for (int seed = 0; seed < 1_000; seed++) {
            assertThat(new OddJson(new SplittableRandom(seed)).change(DOCUMENT))
                    .isEqualTo(new OddJson(new SplittableRandom(seed)).change(DOCUMENT));
        }
    }
}
