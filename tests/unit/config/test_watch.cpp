// What the watch needs to ask a customer's contact.
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

const std::string door = "[[listener]]\nkind = \"answers\"\naddress = \"127.0.0.1:8421\"\n";
const std::string hop = "[daemon]\nnext_hop = \"127.0.0.1:10025\"\n";
const std::string asks =
    "[watch]\nanswer_url = \"https://a.example/\"\nask_from = \"security@esp.example\"\n";

std::string customer(const std::string& contact) {
    return "[[customer]]\nname = \"acme\"\nenvelope_domains = [\"acme.example\"]\nlogins = "
           "[\"a@mail.acme2.example\"]\n"
           "contact = \"" +
           contact + "\"\n";
}

}  // namespace

TEST_CASE("contacts can be asked when there is a way to ask and to answer") {
    CHECK(problems_of(hop + asks + door + customer("anna@elsewhere.example")) == "");
    CHECK(problems_of("[watch]\nmode = \"observe\"\n") == "");
    CHECK(problems_of(asks + door).find("no mail server is named") != std::string::npos);
    CHECK(problems_of(asks + "ask_through = \"127.0.0.1:25\"\n" + door) == "");
    CHECK(problems_of(asks + door +
                      "[[listener]]\nkind = \"smtp\"\naddress = \"127.0.0.1:2526\"\ndirection = "
                      "\"outbound\"\nnext_hop = \"127.0.0.1:10026\"\n") == "");
    CHECK(problems_of(asks).find("nobody would hear the answer; add one") != std::string::npos);
    CHECK(
        problems_of(door + "[watch]\nanswer_url = \"https://a.example/\"\n").find("without watch.ask_from") !=
        std::string::npos);
    for (const char* url : {"http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/", "answers"})
        CHECK(problems_of(door + "[watch]\nanswer_url = \"" + url + "\"\nask_from = \"s@esp.example\"\n")
                  .find("does not begin with https://") != std::string::npos);
    CHECK(problems_of(door + "[watch]\nanswer_url = \"http://a.example/\"\nask_from = \"s@esp.example\"\n")
              .find("must not travel in the clear") != std::string::npos);
    CHECK(problems_of(door +
                      "[watch]\nanswer_url = \"https://a.example/\"\nask_from = \"s@esp.example>\\nRCPT\"\n")
              .find("watch.ask_from") != std::string::npos);
}

TEST_CASE("a contact is an address, and not one of the account that may be stolen") {
    struct Row {
        const char *contact, *problem;
    };
    for (const Row& row :
         {Row{"anna@elsewhere.example", ""}, Row{"anna@acme.example", "from which the customer sends"},
          Row{"anna@sub.ACME.example", "from which the customer sends"},
          Row{"anna@mail.acme2.example", "from which the customer sends"}, Row{"anna@notacme.example", ""},
          Row{"anna", "no address"}, Row{"@x.example", "no address"}, Row{"a b@x.example", "no address"},
          Row{"a@b@x.example", "no address"}, Row{"<a@x.example>", "no address"}}) {
        CAPTURE(row.contact);
        const std::string problems = problems_of(customer(row.contact));
        CHECK(problems.empty() == std::string_view(row.problem).empty());
        CHECK(problems.find(row.problem) != std::string::npos);
    }
}
