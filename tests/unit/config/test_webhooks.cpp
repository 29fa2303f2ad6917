// What webhooks, links of acknowledgement and syslog need, so that nobody hears of it first in the middle of an attack.
#include <doctest/doctest.h>

#include <string>

#include "config/config.hpp"

using namespace tocsin::config;

namespace {

std::string problems_of(const std::string& text) {
    std::string out;
    for (const Problem& problem : parse(text, {}).problems) out += to_line("f", problem) + "\n";
    return out;
}

const std::string on = "[respond]\npeople = \"people.toml\"\n";
const std::string head = "[[webhook]]\nname = \"there\"\n";
const std::string door = "[[listener]]\nkind = \"answers\"\naddress = \"127.0.0.1:8421\"\n";

void check_rows(std::initializer_list<std::pair<std::string, std::string>> rows) {
    for (const auto& [text, problem] : rows) {
        CAPTURE(text);
        const std::string problems = problems_of(text);
        CHECK_MESSAGE(problems.empty() == problem.empty(), problems);
        CHECK_MESSAGE(problems.find(problem) != std::string::npos, problems);
    }
}

}  // namespace

TEST_CASE("webhooks: what is whole is taken, what is not is told with what to do") {
    const std::string good = "url = \"https://esp.example/hook\"\nsecret_file = \"s\"\n";
    check_rows({
        {on + head + good, ""},
        {on + head + good + "timeout_ms = 500\naddress = \"192.0.2.1:8443\"\nauthorities = \"ca.pem\"\n", ""},
        {on + head + "url = \"https://esp.example/hook\"\n", "secret_file is missing"},
        {on + head + "url = \"http://127.0.0.1:8000\"\nshape = \"kumomta_suspend\"\nsuspend_hours = 24\n",
         ""},
        {on + head + "url = \"https://hooks.slack.example/x\"\nshape = \"slack\"\n", ""},
        {on + head + "url = \"https://ntfy.example/anna\"\nshape = \"ntfy\"\nauthorization_file = \"a\"\n",
         ""},
        {on + head + "url = \"https://ntfy.example/\"\nshape = \"ntfy\"\n", "names no topic"},
        {on + head + "url = \"http://esp.example/\"\nsecret_file = \"s\"\n", "leads to another machine"},
        {on + head + "url = \"http://127.0.0.1.evil.example/\"\nsecret_file = \"s\"\n",
         "leads to another machine"},
        {on + head + "url = \"esp.example\"\nsecret_file = \"s\"\n", "url is no URL"},
        {on + head + "url = \"http://127.0.0.1/\"\nsecret_file = \"s\"\nauthorities = \"x\"\n",
         "nothing without TLS"},
        {on + head + good + "suspend_hours = 2\n", "means nothing for this shape"},
        {on + head + good + "timeout_ms = 60001\n", "timeout_ms"},
        {on + head + good + "shape = \"discord\"\n", "is no choice"},
        {on + head + good + head + good, "two webhooks"},
        {on + "[[webhook]]\nname = \"a b\"\n" + good, "other characters"},
        {on + "[[webhook]]\n" + good, "without name"},
        {head + good, "the response is off"},
    });
}

TEST_CASE("links that acknowledge and syslog: only where they are private, and heard") {
    check_rows({
        {on + "acknowledge_url = \"https://answers.example/\"\n" + door, ""},
        {on + "acknowledge_url = \"http://127.0.0.1:8421/x\"\n" + door, ""},
        {on + "acknowledge_url = \"https://answers.example/\"\n", "nobody would hear the answer"},
        {on + "acknowledge_url = \"http://answers.example/\"\n" + door, "in the clear"},
        {on + "acknowledge_url = \"http://127.0.0.1.evil.example/\"\n" + door, "in the clear"},
        {on + "acknowledge_url = \"answers\"\n" + door, "is no URL"},
        {on + "acknowledge_url = \"https://answers.example/?a=\"\n" + door, "has a query"},
        {on + "syslog = \"unix:/dev/log\"\n", ""},
        {on + "syslog = \"udp:127.0.0.1:514\"\n", ""},
        {on + "syslog = \"tcp:[::1]:601\"\n", ""},
        {on + "syslog = \"udp:192.0.2.1:514\"\n", "leads to another machine"},
        {on + "syslog = \"127.0.0.1:514\"\n", "names no collector"},
        {on + "syslog = \"udp:unix:/dev/log\"\n", "names no collector"},
    });
}
