#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "mail/charset.hpp"
#include "mail/html_facts.hpp"
#include "mail/urls.hpp"
#include "mail/visibility.hpp"
#include "mail/visible_text.hpp"
#include "rules/xpath.hpp"
#include "rules/xpath_markup.hpp"
#include "rules/xpath_page.hpp"

namespace tocsin::rules {
namespace {

using mail::HtmlTag;

std::uint32_t size_of(const auto& container) {
    return static_cast<std::uint32_t>(container.size());
}

/// Elements whose text is no part of the page's text.
bool has_text_of_its_own(HtmlTag tag) {
    return tag == HtmlTag::script || tag == HtmlTag::style || tag == HtmlTag::title;
}

bool is_preformatted(HtmlTag tag) {
    return tag == HtmlTag::pre || tag == HtmlTag::textarea;
}

/// The target of a link; empty for other elements. As mail::read_html() finds links that can be clicked.
std::string_view target_of(HtmlTag tag, mail::HtmlAttributes attributes) {
    if (tag != HtmlTag::a && tag != HtmlTag::area && tag != HtmlTag::other) return {};
    const std::string_view target = attribute(attributes, "href");
    return trim(target).empty() ? std::string_view() : target;
}

std::string repaired(std::string_view text) {
    std::string whole = mail::is_valid_utf8(text) ? std::string(text) : mail::repair_utf8(text);
    std::erase(whole, '\0');  // browsers drop it from text, and the tree builder stumbles over it
    return whole;
}

}  // namespace

std::string_view HtmlDocument::Page::text_of(const Piece& piece) const {
    const std::array<std::string_view, 5> texts = {markup, text, values, shown, all};
    const std::string_view whole = texts.at(static_cast<std::size_t>(piece.of));
    if (piece.begin >= piece.end) return {};  // nothing was written: what follows stands farther on
    return whole.substr(piece.begin, piece.end - piece.begin);
}

std::string_view HtmlDocument::Page::name_of(NodeIndex index) const {
    const std::uint32_t number = nodes[index].name;
    return number == 0 ? std::string_view() : std::string_view(*name_texts[number - 1]);
}

XPathNode HtmlDocument::Page::node(NodeIndex index) const {
    const PageNode& node = nodes[index];
    const auto laid_out = [this](const Piece& piece) {
        const bool flows = piece.of == Piece::Of::shown || piece.of == Piece::Of::all;
        return flows ? trim(text_of(piece)) : text_of(piece);
    };
    const auto kind_of = [](PageNodeKind kind) {
        switch (kind) {
            case PageNodeKind::attribute: return XPathNodeKind::attribute;
            case PageNodeKind::text: return XPathNodeKind::text;
            case PageNodeKind::comment: return XPathNodeKind::comment;
            default: return XPathNodeKind::element;
        }
    };
    return {.kind = kind_of(node.kind),
            .raw = text_of(node.raw),
            .inner_text = laid_out(node.inner_text),
            .display_text = laid_out(node.display_text),
            .hrefs = std::span(hrefs).subspan(node.first_href, node.end_href - node.first_href)};
}

/// Builds the tree and the texts in one walk.
class HtmlDocument::Builder final : public mail::HtmlVisitor {
public:
    explicit Builder(Page& page) : page_(page) {}

    void style_sheet(std::string_view text) override { visibility_.add_style_sheet(text); }

    void enter(HtmlTag tag, std::string_view name, mail::HtmlAttributes attributes) override {
        flush_text();
        visibility_.enter(tag, name, attributes);
        if (open_.size() + 1 >= limits::html_depth) cut("html_depth");  // what lies deeper is flattened
        Open open{.tag = tag, .name = repaired(name)};
        if (has_room(1 + std::min(attributes.size(), limits::xpath_attributes))) {
            open.index = begin_node(PageNodeKind::element);
            page_.nodes[open.index].name = number_of(open.name);
            add_element(open, attributes);
        }
        break_lines(tag);
        if (tag == HtmlTag::br) each_flow([](mail::TextFlow& flow) { flow.line_break(); });
        if (is_preformatted(tag)) ++preformatted_;
        if (has_text_of_its_own(tag)) ++own_text_;
        if (open.index != root_node) begin_texts(page_.nodes[open.index]);
        open_.push_back(std::move(open));
    }

    void leave(HtmlTag tag) override {
        flush_text();
        const Open open = std::move(open_.back());
        open_.pop_back();
        if (open.index != root_node) end_element(open);
        if (tag == HtmlTag::td || tag == HtmlTag::th) each_flow([](mail::TextFlow& flow) { flow.space(); });
        if (is_preformatted(tag)) --preformatted_;
        if (has_text_of_its_own(tag)) --own_text_;
        break_lines(tag);
        visibility_.leave();
    }

    /// Pieces of one text come one by one; XPath wants to see one.
    void text(std::string_view text) override { pending_text_ += repaired(text); }

    void comment(std::string_view text) override {
        flush_text();
        if (!has_room(1)) return;
        const std::string content = repaired(text);
        PageNode& node = page_.nodes[begin_node(PageNodeKind::comment)];
        node.value = node.inner_text = keep(content);
        node.raw = {Piece::Of::markup, size_of(page_.markup), 0};
        page_.markup += "<!--" + content + "-->";
        node.raw.end = size_of(page_.markup);
    }

    void finish() {
        flush_text();
        if (shown_.full() || all_.full()) cut("text_bytes");
        page_.shown = shown_.take();
        page_.all = all_.take();
        PageNode& root = page_.nodes[root_node];
        root.end = size_of(page_.nodes);
        root.first_child = root_node + 1;
        root.value = {Piece::Of::text, 0, size_of(page_.text)};
    }

    void cut(std::string_view limit) {
        if (page_.limit.empty()) page_.limit = limit;
    }

private:
    struct Open {
        HtmlTag tag = HtmlTag::other;
        std::string name;
        NodeIndex index = root_node;  ///< root_node: it did not fit
        NodeIndex last_child = 0;     ///< 0: none
    };

    bool has_room(std::size_t nodes) {
        // What comes behind a gap would be in a wrong place, so nothing does.
        if (page_.nodes.size() + nodes > limits::xpath_document_nodes) full_ = "xpath_document_nodes";
        if (page_.markup.size() + page_.text.size() + page_.values.size() > limits::xpath_document_bytes)
            full_ = "xpath_document_bytes";
        if (!full_.empty()) cut(full_);
        return full_.empty();
    }

    std::uint32_t number_of(const std::string& name) {
        const auto [place, is_new] = page_.names.try_emplace(name, size_of(page_.names) + 1);
        if (is_new) page_.name_texts.push_back(&place->first);
        return place->second;
    }

    /// A new node below the innermost open element.
    NodeIndex begin_node(PageNodeKind kind) {
        const NodeIndex index = size_of(page_.nodes);
        PageNode& node = page_.nodes.emplace_back();
        node.kind = kind;
        node.end = node.first_child = index + 1;
        node.first_href = node.end_href = size_of(page_.hrefs);
        NodeIndex& last_child = open_.empty() ? last_child_of_root_ : open_.back().last_child;
        node.parent = open_.empty() ? root_node : open_.back().index;
        node.previous_sibling = std::exchange(last_child, index);
        return index;
    }

    Piece keep(std::string_view text) {
        const std::uint32_t begin = size_of(page_.values);
        page_.values += text;
        return {Piece::Of::values, begin, size_of(page_.values)};
    }

    void add_element(const Open& open, mail::HtmlAttributes attributes) {
        page_.nodes[open.index].raw = {Piece::Of::markup, size_of(page_.markup), 0};
        page_.markup += '<';
        page_.markup += open.name;
        if (attributes.size() > limits::xpath_attributes) {
            cut("xpath_attributes");
            attributes = attributes.first(limits::xpath_attributes);
        }
        for (auto at = attributes.begin(); at != attributes.end(); ++at) {
            // The first of a name counts (WHATWG HTML section 13.2.5.33).
            const bool again =
                std::ranges::find(attributes.begin(), at, at->name, &mail::HtmlAttribute::name) != at;
            if (!again) add_attribute(open.index, repaired(at->name), repaired(at->value));
        }
        page_.markup += '>';
        page_.nodes[open.index].first_child = size_of(page_.nodes);
        if (const std::string_view target = target_of(open.tag, attributes); !target.empty()) {
            if (page_.hrefs.size() < limits::links) {
                page_.hrefs.push_back(repaired(mail::shortened_url(target, limits::url_bytes)));
            } else {
                cut("links");
            }
        }
    }

    void add_attribute(NodeIndex element, const std::string& name, const std::string& value) {
        const NodeIndex index = size_of(page_.nodes);
        PageNode& node = page_.nodes.emplace_back();
        node.kind = PageNodeKind::attribute;
        node.parent = element;
        node.end = node.first_child = index + 1;
        node.name = number_of(name);
        node.value = node.raw = node.inner_text = node.display_text = keep(value);
        node.first_href = node.end_href = size_of(page_.hrefs);
        page_.markup += ' ';
        page_.markup += name;
        page_.markup += "=\"";
        append_escaped(page_.markup, value, Escaping::attribute);
        page_.markup += '"';
    }

    /// Where the text of what begins now will begin.
    void begin_texts(PageNode& node) {
        node.value = {Piece::Of::text, size_of(page_.text), 0};
        node.inner_text = {Piece::Of::all, static_cast<std::uint32_t>(all_.next_offset()), 0};
        node.display_text = {Piece::Of::shown, static_cast<std::uint32_t>(shown_.next_offset()), 0};
    }

    void end_texts(PageNode& node, HtmlTag tag) {
        node.value.end = size_of(page_.text);
        node.inner_text.end = size_of(all_.text());
        node.display_text.end = size_of(shown_.text());
        if (!has_text_of_its_own(tag)) return;
        node.inner_text = node.value;
        node.display_text = tag == HtmlTag::title ? collapsed(page_.text_of(node.value)) : Piece();
    }

    void end_element(const Open& open) {
        if (!is_void_element(open.name)) page_.markup += "</" + open.name + ">";
        PageNode& node = page_.nodes[open.index];
        node.end = size_of(page_.nodes);
        node.raw.end = size_of(page_.markup);
        node.end_href = size_of(page_.hrefs);
        end_texts(node, open.tag);
    }

    void flush_text() {
        if (pending_text_.empty()) return;
        const std::string text = std::exchange(pending_text_, {});
        const bool own = own_text_ > 0;
        if (!has_room(1)) {
            if (!own) add_to_flows(text);
            return;
        }
        PageNode& node = page_.nodes[begin_node(PageNodeKind::text)];
        begin_texts(node);
        page_.text += text;
        append_escaped(page_.markup, text, escaping_inside(open_.empty() ? "" : open_.back().name));
        if (!own) add_to_flows(text);
        const HtmlTag parent = open_.empty() ? HtmlTag::other : open_.back().tag;
        end_texts(node, own && !has_text_of_its_own(parent) ? HtmlTag::script : parent);
        node.raw = node.value;
    }

    void add_to_flows(std::string_view text) {
        const bool sees = visibility_.look().shows_text();
        if (sees) add(shown_, text);
        if (sees || !trim(text).empty()) add(all_, text);
    }

    void add(mail::TextFlow& flow, std::string_view text) const {
        if (preformatted_ > 0) {
            flow.add_preformatted(text);
        } else {
            flow.add(text);
        }
    }

    Piece collapsed(std::string_view text) {
        mail::TextFlow flow(mail::Invisible::blanked);
        flow.add(text);
        return keep(flow.take());
    }

    template <typename Action>
    void each_flow(Action action) {
        action(shown_);
        action(all_);
    }

    void break_lines(HtmlTag tag) {
        switch (mail::break_of(tag)) {
            case mail::TextBreak::none: return;
            case mail::TextBreak::block: each_flow([](mail::TextFlow& flow) { flow.block_break(); }); return;
            case mail::TextBreak::paragraph:
                each_flow([](mail::TextFlow& flow) { flow.paragraph_break(); });
                return;
        }
    }

    Page& page_;
    NodeIndex last_child_of_root_ = 0;
    mail::Visibility visibility_;
    std::vector<Open> open_;
    std::string pending_text_;
    mail::TextFlow shown_{mail::Invisible::blanked};
    mail::TextFlow all_{mail::Invisible::kept};
    std::string_view full_;  ///< the limit from which on nothing more fits
    int preformatted_ = 0;
    int own_text_ = 0;
};

HtmlDocument::HtmlDocument(std::unique_ptr<Page> page) : page_(std::move(page)) {}
HtmlDocument::~HtmlDocument() = default;
HtmlDocument::HtmlDocument(HtmlDocument&&) noexcept = default;
HtmlDocument& HtmlDocument::operator=(HtmlDocument&&) noexcept = default;

HtmlDocument HtmlDocument::parse(std::string_view html, mail::HtmlTrees& trees) {
    auto page = std::make_unique<Page>();
    Builder builder(*page);
    const std::string source = repaired(html.substr(0, limits::html_bytes));
    const std::size_t built = trees.walk(source, builder).bytes;
    if (html.size() > limits::html_bytes) builder.cut("html_bytes");
    if (built < source.size()) builder.cut("html_nodes");
    builder.finish();
    return HtmlDocument(std::move(page));
}

std::string_view HtmlDocument::limit() const {
    return page_->limit;
}

std::size_t HtmlDocument::nodes() const {
    return page_->nodes.size() - 1;
}

}  // namespace tocsin::rules
