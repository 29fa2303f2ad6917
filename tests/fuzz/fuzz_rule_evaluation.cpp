// Any bytes as a message that rules of every kind are asked about, and any bytes as a rule that is asked about one message. Each
// answer keeps to its budget, is the same when it is asked again, and a budget is never a reason for "no match".
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "mail/mime.hpp"
#include "rules/confusables.hpp"
#include "rules/html_pages.hpp"
#include "rules/message_files.hpp"
#include "rules/protected_names.hpp"
#include "rules/rule_set.hpp"
#include "rules/show_value.hpp"
#include "rules/text_model.hpp"
#include "rules/text_readings.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

/// One of each family of functions, over everything that a message has.
constexpr const char* sources[] = {
    "any(body.links, .href_url.domain.tld in $words or strings.ilike(.display_text, '*pay*'))",
    "any(body.links, strings.parse_url(.href_url.url).path =~ subject.subject)",
    "any(body.links, any(.href_url.query_params_decoded['id'], strings.parse_email(.).domain.valid))",
    "length(distinct(map(filter(body.links, .display_text is not null), .href_url.domain.root_domain))) > 1",
    "ratio(body.links, .mismatched) > 0.5 or all(recipients.to, .email.domain.valid)",
    "any(headers.hops, any(.fields, regex.icontains(.value, '(?:a+)+b', '[a-z]{2,8}\\d')))",
    "any(regex.iextract(body.current_thread.text, '(?P<word>\\w+)@(\\w+)'), .named_groups['word'] == "
    ".groups[0])",
    "regex.count(body.current_thread.text, '\\b\\w+\\b') > 3 and regex.imatch(subject.subject, 're: .*')",
    "strings.count(body.current_thread.text, 'a') > strings.icount(subject.subject, 'E')",
    "strings.ilevenshtein(sender.display_name, 'Anna Smith') < 3 and strings.levenshtein(subject.subject, "
    "'x') > 0",
    "strings.replace_confusables(subject.subject) != subject.subject",
    "any(strings.scan_base64(body.html.raw, format='url', ignore_padding=true), strings.icontains(., "
    "'http'))",
    "any(beta.scan_base64(body.current_thread.text, encodings=['ascii', 'utf16-le']), length(.) > 5)",
    "strings.decode_base64(subject.subject) == 'x' or strings.concat(subject.subject, 'x') == 'ax'",
    "strings.parse_json(body.current_thread.text).a[0] == 1 or sum(strings.parse_json(body.plain.raw)) > 2",
    "any(keys(strings.parse_json(body.current_thread.text)), . in ('a', 'b'))",
    "any(flatten(strings.parse_json(body.current_thread.text)), . == 1)",
    "hash.sha256(subject.subject) in ('a') or beta.ip_in(headers.x_originating_ip.ip, '10.0.0.0/8', "
    "'::1/64')",
    "any(html.xpath(body.html, '//a[@href]/following::*[contains(., \"x\")]').nodes, .display_text != "
    ".inner_text)",
    "any(html.xpath(body.html, '//*[@style]').nodes, any(.links, .href_url.domain.valid))",
    "strings.parse_html(body.html.raw).display_text =~ body.html.display_text",
    "any(attachments, any(file.explode(.), any(.scan.strings.strings, strings.icontains(., 'http'))))",
    "any(attachments, any(file.explode(.), .scan.vba.total_files > 0 or any(.scan.url.urls, .domain.valid)))",
    "any(attachments, any(file.parse_eml(.).attachments, any(file.explode(.), .depth > 1)))",
    "any(attachments, strings.icontains(file.parse_text(., encodings=['utf8', 'utf16-le']).text, 'a'))",
    "any(attachments, strings.icontains(file.parse_html(.).display_text, 'a'))",
    "any(attachments, file.oletools(.).indicators.vba_macros.exists)",
    "any(attachments, any(file.expand_archives(.).files, .file_extension in~ ('exe', 'js')))",
    "any(attachments, any(beta.parse_exif(.).fields, .key == 'Author' and .value is not null))",
    "any(attachments, any(beta.scan_qr(.).items, .type == 'url'))",
    "any(attachments, any(beta.file.parse_ics(.).events, length(.summary) > 3))",
    "any(body.links, tocsin.lookalike(.href_url.domain).imitation in ('typo', 'combo')) or "
    "tocsin.impersonates(sender.display_name, sender.email).kind == 'vip'",
    "tocsin.lookalike(subject.subject).distance > 1 or tocsin.impersonates(subject.subject, 'x').words =~ "
    "'x'",
    "profile.by_sender().prevalence == 'new' and not profile.by_sender_email().solicited",
    "profile.by_reply_to().days_known < 5 or sender.email.domain.root_domain in $sender_domains",
    "any(ml.nlu_classifier(body.current_thread.text, subject=subject.subject).intents, .name == 'bec')",
    "any(beta.ml_topic(body.current_thread.text).topics, .name == 'Newsletters and Digests')",
    "any(body.links, ml.link_analysis(.).credphish.disposition == 'phishing')",
    "2 of (type.inbound, subject.is_reply, coalesce(sender.display_name, 'x') == 'x', "
    "headers.auth_summary.spf.pass)",
    "1 < length(recipients.to) + length(recipients.cc) * 2 / 3 % 5 <= 9 or -length(attachments) == -1",
    "any(body.previous_threads, strings.icontains(.text, 'wrote')) or length(attachments[0:1]) == 1",
    "any($org_vips, strings.icontains(.display_name, sender.display_name) or .email == sender.email.email)",
    "any($words, any($words, . == .. and strings.icontains(body.current_thread.text, ..)))",
    "any(recipients.to, any(recipients.cc, .email.email == ..email.email and "
    "strings.contains(subject.subject, .display_name)))",
};

constexpr std::string_view fixed_mail =
    "Received: from out.sender.example ([192.0.2.7]) by mx.example.net with ESMTPS; Mon, 2 Mar 2026 10:00:00 "
    "+0000\r\n"
    "Authentication-Results: mx.example.net; dmarc=pass header.from=sender.example; spf=pass\r\n"
    "From: \"Anna Smith\" <anna@mail.sender.example>\r\nTo: Bob <bob@example.net>, carol@example.org\r\n"
    "Subject: Re: Your Invoice\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<p>Please pay <a "
    "href=\"https://pay.evil.example/l?id=YUBiLmV4YW1wbGU\">"
    "https://bank.example/</a> now.</p><p style=\"display:none\">hidden</p>\r\n"
    "--b\r\nContent-Type: text/calendar; "
    "name=a.ics\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Talk\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: "
    "inner\r\n\r\ntext\r\n--b--\r\n";

constexpr Budget small{.rule_steps = 20'000, .message_steps = 300'000};

/// What outlives all messages.
struct World {
    Lists lists;
    Confusables confusables = *Confusables::build();
    scan::FileTyper typer = std::move(scan::FileTyper::load().value());
    scan::InspectionTools inspection = std::move(scan::InspectionTools::load().value());
    std::unique_ptr<TextModel> model;
    mail::MailTools tools;
    std::optional<LookAlikes> look_alikes;
    ExplodeTools explode{typer, inspection, {}, tools};
    std::unique_ptr<RuleSet> set;
    std::string kept_mail{fixed_mail};
    mail::MimeTree tree;
    mail::Message message;

    World() {
        require(lists.set("words", std::vector<std::string>{"com", "example", "Invoice"}).has_value());
        require(lists.set_vips({{"Anna Smith", "anna@example.org"}}).has_value());
        require(lists.set("org_domains", std::vector<std::string>{"example.net", "b\u00FCcher.example"})
                    .has_value());
        require(lists.set("brand_domains", std::vector<std::string>{"paypal.com", "dhl.com"}).has_value());
        LoadNotices notices;
        look_alikes.emplace(*look_alikes_of(lists, tools.domain_names, confusables, notices));
        TextWeights weights;
        weights.hostility.assign(feature_buckets, 1);
        weights.intent_weights.assign(intent_buckets * intents_max, 1);
        weights.hostility_scale = 1;
        weights.intents.push_back({"bec", 0.5F, 1.0F, {0, 1, 2}});
        model = std::make_unique<TextModel>(*TextModel::load(as_bytes(encode_weights(weights))));
        set = std::make_unique<RuleSet>(lists, AtHand{.text_model = true});
        for (const char* source : sources) set->add(as_file(source), source);
        for (const Rejected& one : set->rejected()) {
            std::fprintf(stderr, "%s: %s\n", one.path.c_str(), one.problem.message.c_str());
            std::abort();
        }
        require(set->finish().has_value());
        tree = mail::parse_mime(as_bytes(kept_mail));
        message = mail::build_message(tree, 0, {.envelope_recipient = "bob@example.net"}, tools);
    }
    static std::string as_file(std::string_view source) {
        std::string yaml = "name: a\ntype: query\nsource: |\n  ";
        for (const char letter : source)
            yaml += letter == '\n' ? std::string("\n  ") : std::string(1, letter);
        return yaml + "\n";
    }
};

void ask_all(World& world, const RuleSet& set, Evaluation& evaluation, const mail::Message& message,
             const mail::MimeTree& tree) {
    HtmlPages pages(world.tools.html_trees, {});
    MessageFiles files(world.explode, std::chrono::steady_clock::now() + std::chrono::seconds(60));
    files.add(message, tree);
    History history;
    TextReadings readings(*world.model, message.body.current_thread.text, message.subject.subject);
    Surroundings surroundings{.tools = world.tools,
                              .confusables = world.confusables,
                              .pages = &pages,
                              .files = &files,
                              .history = &history,
                              .readings = &readings,
                              .look_alikes = &*world.look_alikes};
    evaluation.begin(message, surroundings, small);
    std::uint64_t steps = 0;
    for (const Rule& rule : set.rules()) {
        const RuleAnswer answer = set.ask(rule, evaluation);
        steps += answer.steps;
        require(answer.steps <= small.rule_steps && steps <= small.message_steps);
        require((answer.answer == Answer::undecided) == (answer.missing != 0));
        const Value value = evaluation.value_of(rule.root);
        steps += evaluation.steps();
        require(mail::is_valid_utf8(show(value, *rule.type)));
        // What was told for certain stays, unless nothing is left to ask it with.
        if (answer.missing == 0 && value.missing == 0)
            require(value.is_true() == (answer.answer == Answer::match));
    }
    require(history.asked().correspondents.size() <= limits::history_questions);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    static Evaluation evaluation(world.set->graph(), world.set->patterns());
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const mail::MimeTree tree = mail::parse_mime(bytes);
    const mail::Message message = mail::build_message(
        tree, 0, {.direction = mail::Direction::inbound, .envelope_recipient = "bob@example.net"},
        world.tools);
    ask_all(world, *world.set, evaluation, message, tree);

    RuleSet own(world.lists, {.text_model = true});
    own.add(World::as_file(as_text(bytes)), "fuzz.yml");
    if (own.rules().empty() || !own.finish()) return 0;
    Evaluation alone(own.graph(), own.patterns());
    ask_all(world, own, alone, world.message, world.tree);
    return 0;
}
