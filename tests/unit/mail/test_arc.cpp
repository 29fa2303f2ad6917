// ARC with messages that another implementation sealed (make_arc_vectors.py), whole and damaged.
#include "mail/arc.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "mail/arc_vectors.hpp"
#include "mail/authentication_results.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

const TxtTexts right_key{DnsStatus::found, {arc_vector_key}};
const std::string three = arc_vectors[2].message;

AuthVerdict verify(const std::string& message, const KeyOf& key_of) {
    const ExactBuffer buffer(message);
    const RawMessage raw = split_message(buffer.view());
    DkimVerifier verifier(raw, TimePoint{1'770'000'000'000'000});
    return verify_arc(raw, find_arc_chain(raw), verifier, key_of);
}

AuthVerdict verify(const std::string& message) {
    return verify(message, [](const DkimSignature&) { return right_key; });
}

std::string reason(const AuthVerdict& verdict) {
    const auto found = verdict.properties.find("reason");
    return found == verdict.properties.end() ? "" : found->second;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const std::size_t at = text.find(what);
    REQUIRE_MESSAGE(at != std::string::npos, what);
    return text.replace(at, what.size(), by);
}

/// One set that is complete, with signatures that are none.
std::string set(const std::string& instance, const std::string& chain) {
    return "ARC-Seal: i=" + instance + "; a=rsa-sha256; cv=" + chain + "; d=a.example; s=s; b=AAAA\r\n" +
           "ARC-Message-Signature: i=" + instance +
           "; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=s; h=from; bh=AAAA; b=AAAA\r\n" +
           "ARC-Authentication-Results: i=" + instance + "; a.example; none\r\n";
}

}  // namespace

TEST_CASE("ARC: chains of another implementation") {
    for (const ArcVector& vector : arc_vectors) {
        CAPTURE(vector.name);
        const AuthVerdict verdict = verify(vector.message);
        CHECK(verdict.method == "arc");
        CHECK(verdict.verdict == vector.verdict);
        CHECK(reason(verdict).empty() == (verdict.verdict != "fail"));
    }
    CHECK(verify(three).properties ==
          std::map<std::string, std::string>{{"header.d", "college.example"}, {"instances", "3"}});
    std::string bare = three;
    std::erase(bare, '\r');
    CHECK(verify(bare).verdict == "pass");
}

TEST_CASE("ARC: whatever is changed breaks the chain") {
    struct Row {
        const char* what;
        const char* by;
        const char* reason;
    };
    const Row rows[] = {
        {"i=3; cv=pass", "i=3; cv=none", "a seal says"},
        {"i=3; cv=pass", "i=3; cv=fail", "its newest server"},
        {"i=2; cv=pass", "i=2; cv=none", "a seal says"},
        {"i=1; cv=none", "i=1; cv=pass", "a seal says"},
        {"i=3; mx.college.example", "i=3; mx.other.example", "seal 3: the header"},
        {"i=2; mx.forward.example", "i=2; mx.other.example", "seal 3: the header"},
        {"i=1; mx.list.example", "i=1; mx.other.example", "seal 3: the header"},
        {"i=2; mx.forward.example", "mx.forward.example; i=2", "a field has no instance"},
        {"i=2; mx.forward.example", "i=0; mx.forward.example", "a field has no instance"},
        {"i=2; mx.forward.example", "i=51; mx.forward.example", "a field has no instance"},
        {"i=2; mx.forward.example", "i=1; mx.forward.example", "its sets are not complete"},
        {"i=3; cv=pass; a=rsa-sha256", "i=3; cv=pass; a=rsa-sha1", "seal 3: it uses SHA-1"},
        {"i=3; cv=pass; a=rsa-sha256", "i=3; cv=pass; h=from; a=rsa-sha256",
         "seal 3: it is a seal with tags"},
        {"Subject: hello", "Subject: hullo", "the newest signature: the header"},
        {"Some  words", "Some wordz", "the newest signature: the body"},
        {"From: Anna", "From: Anna <x@y.example>\r\nFrom: Anna",
         "the newest signature: the header"},
    };
    for (const Row& row : rows) {
        const AuthVerdict verdict = verify(replaced(three, row.what, row.by));
        CHECK_MESSAGE(verdict.verdict == "fail", row.by);
        CHECK_MESSAGE(reason(verdict).starts_with(row.reason), row.by << ": " << reason(verdict));
    }
    CHECK(verify(three + "more\r\n").verdict == "fail");
    CHECK(verify("ARC-Seal: i=4; a=rsa-sha256; cv=pass; d=x.example; s=s; b=AAAA\r\n" + three).verdict ==
          "fail");
    CHECK(verify(replaced(three, "ARC-Seal: i=3", "X-Seal: i=3")).verdict == "fail");
    CHECK(verify(replaced(three, "ARC-Message-Signature: i=1", "X-Signature: i=1")).verdict == "fail");
    CHECK(verify("ARC-Authentication-Results: i=1; a.example; none\r\nFrom: a@b.example\r\n\r\n").verdict ==
          "fail");
}

TEST_CASE("ARC: keys that are not there") {
    const auto with = [](const char* domain, const TxtTexts& key) {
        return verify(three, [&](const DkimSignature& signature) {
            return signature.domain == domain ? key : right_key;
        });
    };
    for (const char* domain : {"list.example", "forward.example", "college.example"}) {
        CHECK(with(domain, {}).verdict == "temperror");
        CHECK(with(domain, {DnsStatus::none, {}}).verdict == "fail");
        CHECK(with(domain, {DnsStatus::found, {"v=DKIM1; p="}}).verdict == "fail");
        CHECK(with(domain, {DnsStatus::found, {std::string(arc_vector_key) + "; t=y"}}).verdict == "fail");
    }
    // What is wrong stays wrong, whatever could not be asked.
    CHECK(verify(replaced(three, "Some  words", "Some wordz"), [](const DkimSignature& signature) {
              return signature.domain == "list.example" ? TxtTexts{} : right_key;
          }).verdict == "fail");
}

TEST_CASE("ARC: the longest chain, and one beyond") {
    std::string chain;
    for (std::size_t at = 1; at <= limits::arc_instances; ++at)
        chain.insert(0, set(std::to_string(at), at == 1 ? "none" : "pass"));
    const std::string rest = "From: a@b.example\r\n\r\nbody\r\n";
    const ExactBuffer buffer(chain + rest);
    const RawMessage raw = split_message(buffer.view());
    const ArcChain found = find_arc_chain(raw);
    CHECK(found.problem.empty());
    CHECK(found.sets.size() == limits::arc_instances);
    CHECK(found.signatures().size() == limits::arc_instances + 1);
    CHECK(found.signatures().size() + limits::dkim_signatures + 3 <= limits::dns_round_questions);
    CHECK(verify(chain + rest).verdict == "fail");
    const AuthVerdict longer = verify(set("51", "pass") + chain + rest);
    CHECK(reason(longer).starts_with("a field has no instance"));
    const std::string large(limits::dkim_field_bytes, 'x');
    CHECK(verify(replaced(three, "i=3; mx.college.example", "i=3; " + large)).verdict == "fail");
}

TEST_CASE("ARC: what the newest server saw") {
    const RawMessage raw = split_message(as_bytes(three));
    const AuthenticationResults results = sealed_results(raw, find_arc_chain(raw));
    CHECK(results.server == "mx.college.example");
    REQUIRE(find_verdict(results, "dmarc") != nullptr);
    CHECK(find_verdict(results, "dmarc")->verdict == "pass");
    CHECK(find_verdict(results, "dmarc")->properties.at("header.from") == "shop.example");
    CHECK(find_verdict(results, "i") == nullptr);
}
