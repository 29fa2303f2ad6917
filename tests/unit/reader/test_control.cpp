#include "reader/control.hpp"

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::reader;

TEST_CASE("control words come back as they were sent") {
    CHECK(decode_fork_command(encode(ForkCommand{77, {}}))->child_id == 77);

    auto word =
        decode_template_word(encode(TemplateWord(TemplateReady{"v1", "ClamAV, 3 signatures", "Landlock"})));
    REQUIRE(word.has_value());
    CHECK(std::get<TemplateReady>(*word).engine_version == "v1");
    CHECK(std::get<TemplateReady>(*word).description == "ClamAV, 3 signatures");
    CHECK(std::get<TemplateReady>(*word).enforced == "Landlock");

    word = decode_template_word(encode(TemplateWord(TemplateFailed{"no rules"})));
    CHECK(std::get<TemplateFailed>(word.value()).error == "no rules");

    word = decode_template_word(encode(TemplateWord(ChildForked{5, 4321})));
    CHECK(std::get<ChildForked>(word.value()).child_id == 5);
    CHECK(std::get<ChildForked>(word.value()).pid == 4321);

    word = decode_template_word(encode(TemplateWord(ForkFailed{6, "fork: no memory"})));
    CHECK(std::get<ForkFailed>(word.value()).child_id == 6);
    CHECK(std::get<ForkFailed>(word.value()).error == "fork: no memory");

    word = decode_template_word(encode(TemplateWord(ChildExited{7, true, 31})));
    CHECK(std::get<ChildExited>(word.value()).child_id == 7);
    CHECK(std::get<ChildExited>(word.value()).signalled);
    CHECK(std::get<ChildExited>(word.value()).value == 31);
}

TEST_CASE("a process number that means more than one process is refused") {
    for (std::int32_t pid : {0, 1, -1, -4321}) {
        CAPTURE(pid);
        CHECK_FALSE(decode_template_word(encode(TemplateWord(ChildForked{5, pid}))).has_value());
    }
    CHECK_FALSE(decode_template_word(encode(TemplateWord(ChildExited{5, true, 256}))).has_value());
    CHECK_FALSE(decode_template_word(encode(TemplateWord(ChildExited{5, false, -1}))).has_value());
}

TEST_CASE("the longest word fits, and its texts are cut") {
    std::string endless(100'000, 'e');
    std::string datagram = encode(TemplateWord(TemplateReady{endless, endless, endless}));
    CHECK(datagram.size() <= limits::control_bytes);
    CHECK(decode_template_word(datagram).has_value());
}

TEST_CASE("truncated, extended and unknown words are refused") {
    for (const TemplateWord& word :
         {TemplateWord(TemplateReady{"v", "d", "e"}), TemplateWord(TemplateFailed{"x"}),
          TemplateWord(ChildForked{5, 99}), TemplateWord(ForkFailed{6, "y"}),
          TemplateWord(ChildExited{7, true, 9})}) {
        std::string datagram = encode(word);
        for (std::size_t size = 0; size < datagram.size(); ++size) {
            ExactBuffer exact(std::string_view(datagram).substr(0, size));
            CHECK_FALSE(decode_template_word(exact.text()).has_value());
        }
        CHECK_FALSE(decode_template_word(datagram + 'x').has_value());
        CHECK_FALSE(decode_fork_command(datagram).has_value());
    }
    std::string command = encode(ForkCommand{1, {}});
    for (std::size_t size = 0; size < command.size(); ++size)
        CHECK_FALSE(decode_fork_command(std::string_view(command).substr(0, size)).has_value());
    CHECK_FALSE(decode_template_word(command).has_value());
    CHECK_FALSE(decode_template_word("\xFF").has_value());
}
