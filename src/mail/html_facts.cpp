#include "mail/html_facts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/html_quotes.hpp"
#include "mail/urls.hpp"
#include "mail/visibility.hpp"
#include "mail/visible_text.hpp"

namespace tocsin::mail {

TextBreak break_of(HtmlTag tag) {
    switch (tag) {
        case HtmlTag::p:
        case HtmlTag::h1:
        case HtmlTag::h2:
        case HtmlTag::h3:
        case HtmlTag::h4:
        case HtmlTag::h5:
        case HtmlTag::h6: return TextBreak::paragraph;
        case HtmlTag::address:
        case HtmlTag::article:
        case HtmlTag::aside:
        case HtmlTag::blockquote:
        case HtmlTag::body:
        case HtmlTag::caption:
        case HtmlTag::center:
        case HtmlTag::dd:
        case HtmlTag::details:
        case HtmlTag::div:
        case HtmlTag::dl:
        case HtmlTag::dt:
        case HtmlTag::fieldset:
        case HtmlTag::figure:
        case HtmlTag::footer:
        case HtmlTag::form:
        case HtmlTag::header:
        case HtmlTag::hr:
        case HtmlTag::legend:
        case HtmlTag::li:
        case HtmlTag::main:
        case HtmlTag::nav:
        case HtmlTag::ol:
        case HtmlTag::option:
        case HtmlTag::pre:
        case HtmlTag::section:
        case HtmlTag::summary:
        case HtmlTag::table:
        case HtmlTag::tbody:
        case HtmlTag::tfoot:
        case HtmlTag::thead:
        case HtmlTag::tr:
        case HtmlTag::ul: return TextBreak::block;
        default: return TextBreak::none;
    }
}

namespace {

/// A picture of at most a pixel is a counter, nothing to see or click.
bool is_pixel(HtmlAttributes attributes) {
    const auto tiny = [&](std::string_view name) {
        const std::string_view value = trim(attribute(attributes, name));
        return value == "0" || value == "1" || value == "0px" || value == "1px";
    };
    return tiny("width") || tiny("height");
}

class FactFinder final : public HtmlVisitor {
public:
    explicit FactFinder(HtmlReading& reading) : reading_(reading) {}

    void style_sheet(std::string_view text) override {
        visibility_.add_style_sheet(text);
        find_style_urls(text);
    }

    void enter(HtmlTag tag, std::string_view name, HtmlAttributes attributes) override {
        ++reading_.facts.element_count;
        visibility_.enter(tag, name, attributes);
        open_.push_back(tag);
        if (tag == HtmlTag::head) ++heads_;
        break_lines(tag);
        if (tag == HtmlTag::br) each_flow([](TextFlow& flow) { flow.line_break(); });
        if (tag == HtmlTag::pre || tag == HtmlTag::textarea) ++preformatted_;
        if (!attributes.empty()) {
            if (begins_quotation(tag, attributes)) reading_.quote_marks.push_back(shown_.next_offset());
            read_element(tag, attributes);
        }
        if (tag == HtmlTag::form) begin_form(attributes);
    }

    void leave(HtmlTag tag) override {
        if (tag == HtmlTag::a) end_link();
        if (tag == HtmlTag::form) in_form_ = false;
        if (tag == HtmlTag::td || tag == HtmlTag::th) each_flow([](TextFlow& flow) { flow.space(); });
        if (tag == HtmlTag::pre || tag == HtmlTag::textarea) --preformatted_;
        break_lines(tag);
        if (tag == HtmlTag::head) --heads_;
        visibility_.leave();
        open_.pop_back();
    }

    void text(std::string_view text) override {
        if (is_valid_utf8(text)) {
            add_text(text);
        } else {  // the tree builder makes such out of odd character references
            add_text(repair_utf8(text));
        }
    }

    void comment(std::string_view text) override { add_comment(repaired(text)); }

    void finish() {
        reading_.cut = reading_.cut || shown_.cut() || reading_.links.size() >= limits::links;
        reading_.facts.truncated = reading_.cut || hidden_.cut() || (all_ && all_->cut());
        reading_.facts.inner_text = all_ ? all_->take() : shown_.text();
        reading_.facts.display_text = shown_.take();
        reading_.facts.hidden_text = hidden_.take();
    }

    /// What the tree builder did not take: its words and URLs count all the same.
    void add_rest(std::string_view html) {
        part_flows();
        const std::string text = repaired(without_tags(html));
        shown_.add(text);
        all_->add(text);
        add_urls_in(html, Sight::shown);
    }

private:
    enum class Sight { shown, hidden };

    void note_cut() { reading_.cut = true; }

    void add_text(std::string_view text) {
        const HtmlTag parent = open_.empty() ? HtmlTag::other : open_.back();
        if (parent == HtmlTag::style) return;
        if (parent == HtmlTag::script) {
            if (!trim(text).empty()) reading_.facts.scripts.emplace_back(text);
            return;
        }
        if (parent == HtmlTag::title) {
            if (reading_.facts.title.empty()) reading_.facts.title = trim(text);
            return;
        }
        if (!visibility_.look().shows_text()) {
            add_hidden(text);
            return;
        }
        if (!all_ && has_invisible_characters(text)) part_flows();
        add(shown_, text);
        if (all_) add(*all_, text);
        if (link_) add(link_text_, text);
    }

    void add_comment(std::string_view text) {
        const std::string_view condition = text.substr(0, std::min<std::size_t>(text.find(']'), 64));
        const bool is_outlook_only = condition.starts_with("[if ") &&
                                     condition.find('!') == std::string_view::npos &&
                                     find_ignoring_case(condition, "mso") != std::string_view::npos;
        if (!is_outlook_only) {
            if (!text.starts_with("[if ") && !text.starts_with("[endif")) hidden_.add(text);
            hidden_.block_break();
            return;
        }
        add_urls_in(text, Sight::hidden);
    }

    static std::string repaired(std::string_view text) {
        return is_valid_utf8(text) ? std::string(text) : repair_utf8(text);
    }

    template <typename Action>
    void each_flow(Action action) {
        action(shown_);
        action(hidden_);
        if (all_) action(*all_);
        if (link_) action(link_text_);
    }

    void break_lines(HtmlTag tag) {
        switch (break_of(tag)) {
            case TextBreak::none: return;
            case TextBreak::block: each_flow([](TextFlow& flow) { flow.block_break(); }); return;
            case TextBreak::paragraph: each_flow([](TextFlow& flow) { flow.paragraph_break(); }); return;
        }
    }

    void add(TextFlow& flow, std::string_view text) const {
        if (preformatted_ > 0) {
            flow.add_preformatted(text);
        } else {
            flow.add(text);
        }
    }

    /// From here on, what is shown and all that is there differ.
    void part_flows() {
        if (all_) return;
        all_ = shown_;
        all_->set_invisible(Invisible::kept);
    }

    void add_hidden(std::string_view text) {
        if (heads_ > 0 || trim(text).empty()) return;
        part_flows();
        add(hidden_, text);
        add(*all_, text);
    }

    void add_link(std::string target, LinkParser parser, Sight sight) {
        if (trim(target).empty() || reading_.links.size() >= limits::links) return;
        HtmlLink link;
        link.target = std::move(target);
        link.parser = parser;
        link.visible = sight == Sight::shown;
        link.text_offset = shown_.next_offset();
        reading_.links.push_back(std::move(link));
    }

    void add_urls_in(std::string_view text, Sight sight) {
        std::vector<FoundInText> urls = find_urls(text, limits::links);
        if (urls.size() >= limits::links) note_cut();
        for (FoundInText& found : urls) {
            if (found.cut) note_cut();
            add_link(kept(found.url), LinkParser::other, sight);
        }
    }

    /// What is kept of a target. A picture that stands in its own link is scanned as a file and leads nowhere.
    std::string kept(std::string_view target) {
        const bool picture =
            starts_with_ignoring_case(trim(target.substr(0, limits::url_bytes)), "data:image/");
        if (target.size() > limits::url_bytes && !picture) note_cut();
        return repaired(shortened_url(target, limits::url_bytes));
    }

    void add_other(std::string_view target) { add_link(kept(target), LinkParser::other, Sight::shown); }

    void begin_link(HtmlAttributes attributes) {
        end_link();
        const std::string_view target = attribute(attributes, "href");
        if (trim(target).empty()) return;
        link_ = HtmlLink{};
        link_->target = kept(target);
        link_->text_offset = shown_.next_offset();
    }

    void end_link() {
        if (!link_) return;
        link_->text = link_text_.take();
        link_->visible = link_->visible || !link_->text.empty();
        if (reading_.links.size() < limits::links) reading_.links.push_back(std::move(*link_));
        link_.reset();
    }

    void begin_form(HtmlAttributes attributes) {
        in_form_ = true;
        std::string action = kept(attribute(attributes, "action"));
        // Also of forms beyond those that are described.
        add_link(action, LinkParser::form, Sight::shown);
        if (reading_.facts.forms.size() >= limits::html_forms) return note_cut();
        reading_.facts.forms.push_back(
            {std::move(action),
             to_lower(repaired(attribute(attributes, "method").substr(0, limits::html_name_bytes))),
             {}});
    }

    /// A field outside every form still asks for something: it goes into a form without an action.
    void add_field(HtmlTag tag, HtmlAttributes attributes) {
        // Also of fields beyond those that are described.
        if (const std::string_view action = attribute(attributes, "formaction"); !action.empty())
            add_link(kept(action), LinkParser::form, Sight::shown);
        auto& forms = reading_.facts.forms;
        if (!in_form_) {
            if (forms.size() >= limits::html_forms) return note_cut();
            forms.emplace_back();
            in_form_ = true;
        }
        if (forms.back().fields.size() >= limits::html_fields) return note_cut();
        std::string type =
            to_lower(trim(repaired(attribute(attributes, "type").substr(0, limits::html_name_bytes))));
        if (tag == HtmlTag::select) type = "select";
        if (tag == HtmlTag::textarea) type = "textarea";
        if (type.empty()) type = tag == HtmlTag::button ? "submit" : "text";
        forms.back().fields.push_back(
            {repaired(attribute(attributes, "name").substr(0, limits::html_name_bytes)), std::move(type)});
    }

    void read_image(HtmlAttributes attributes) {
        const bool seen = visibility_.look().shows_pictures() && !is_pixel(attributes);
        if (!link_) return;
        link_->visible = link_->visible || seen;
        add_link(kept(attribute(attributes, "src")), LinkParser::image, seen ? Sight::shown : Sight::hidden);
    }

    void read_element(HtmlTag tag, HtmlAttributes attributes) {
        switch (tag) {
            case HtmlTag::a: begin_link(attributes); break;
            case HtmlTag::area:
                add_link(kept(attribute(attributes, "href")), LinkParser::hyperlink, Sight::shown);
                break;
            case HtmlTag::img: read_image(attributes); break;
            case HtmlTag::base:
                if (reading_.base_href.empty()) reading_.base_href = kept(attribute(attributes, "href"));
                break;
            case HtmlTag::meta: read_meta(attributes); break;
            case HtmlTag::iframe:
            case HtmlTag::frame:
            case HtmlTag::embed:
            case HtmlTag::script: add_other(attribute(attributes, "src")); break;
            case HtmlTag::object: add_other(attribute(attributes, "data")); break;
            case HtmlTag::input:
            case HtmlTag::select:
            case HtmlTag::textarea:
            case HtmlTag::button: add_field(tag, attributes); break;
            default: break;
        }
        for (const HtmlAttribute& attr : attributes) {
            if (attr.name == "style") find_style_urls(attr.value);
            if (attr.name.starts_with("on")) find_script_urls(attr.value);
            if (attr.name == "href" && tag == HtmlTag::other)
                add_other(attr.value);  // v:roundrect, svg:a and the like
            if (attr.name == "xlink:href") add_other(attr.value);
        }
    }

    /// <meta http-equiv=refresh content="0; url=https://…">
    void read_meta(HtmlAttributes attributes) {
        if (!equals_ignoring_case(trim(attribute(attributes, "http-equiv")), "refresh")) return;
        const std::string_view content = attribute(attributes, "content");
        const std::size_t at = find_ignoring_case(content, "url");
        if (at == std::string_view::npos) return;
        std::string_view target = trim(content.substr(at + 3));
        if (!target.starts_with('=')) return;
        target = trim(target.substr(1));
        while (target.starts_with('\'') || target.starts_with('"')) target.remove_prefix(1);
        while (target.ends_with('\'') || target.ends_with('"')) target.remove_suffix(1);
        add_other(target);
    }

    /// onclick="location.href='https://…'" and the like: every URL that a handler names.
    void find_script_urls(std::string_view script) { add_urls_in(repaired(script), Sight::shown); }

    void find_style_urls(std::string_view style) {
        if (style.find('(') == std::string_view::npos) return;  // nearly all of them
        for (std::size_t at = find_ignoring_case(style, "url("); at != std::string_view::npos;
             at = find_ignoring_case(style, "url(", at)) {
            at += 4;
            const std::size_t end = std::min(style.find(')', at), style.size());
            std::string_view target = trim(style.substr(at, end - at));
            while (target.starts_with('\'') || target.starts_with('"')) target.remove_prefix(1);
            while (target.ends_with('\'') || target.ends_with('"')) target.remove_suffix(1);
            if (target.find(':') != std::string_view::npos && !starts_with_ignoring_case(target, "data:"))
                add_other(target);
            at = end;
        }
    }

    HtmlReading& reading_;
    Visibility visibility_;
    std::vector<HtmlTag> open_;
    TextFlow shown_{Invisible::blanked};
    TextFlow hidden_{Invisible::kept};
    std::optional<TextFlow> all_;  ///< set from the first place on where it differs from shown_
    std::optional<HtmlLink> link_;
    TextFlow link_text_{Invisible::blanked};
    int preformatted_ = 0;
    int heads_ = 0;  ///< that are open: nothing inside is text
    bool in_form_ = false;
};

}  // namespace

HtmlReading read_html(std::string html, HtmlTrees& trees, std::size_t tree_bytes) {
    HtmlReading reading;
    FactFinder finder(reading);
    // browsers drop NUL from text; the tree builder stumbles over it
    std::string without_nul;
    std::string_view source = html;
    if (html.find('\0') != std::string::npos) {
        without_nul = html;
        std::erase(without_nul, '\0');
        source = without_nul;
    }
    const HtmlTrees::Walked walked = trees.walk(source.substr(0, tree_bytes), finder);
    if (walked.bytes < source.size()) finder.add_rest(source.substr(walked.bytes));
    reading.cut = reading.cut || walked.bytes < source.size() || walked.flattened;
    finder.finish();
    reading.facts.raw = std::move(html);
    return reading;
}

}  // namespace tocsin::mail
