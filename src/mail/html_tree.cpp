#include "mail/html_tree.hpp"

#include <myhtml/myhtml.h>
#include <myhtml/tree.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace tocsin::mail {
namespace {

/// Limits are looked at after each piece: small enough that one piece cannot do harm, large enough to cost
/// nothing.
constexpr std::size_t piece_bytes = 16U << 10;
/// After a document larger than this, the parser's memory is given back.
constexpr std::size_t kept_bytes_max = 1U << 20;

struct KnownTag {
    myhtml_tag_id_t id;
    HtmlTag tag;
};
constexpr std::array known_tags = std::to_array<KnownTag>({
    {MyHTML_TAG_A, HtmlTag::a},
    {MyHTML_TAG_ADDRESS, HtmlTag::address},
    {MyHTML_TAG_AREA, HtmlTag::area},
    {MyHTML_TAG_ARTICLE, HtmlTag::article},
    {MyHTML_TAG_ASIDE, HtmlTag::aside},
    {MyHTML_TAG_AUDIO, HtmlTag::audio},
    {MyHTML_TAG_BASE, HtmlTag::base},
    {MyHTML_TAG_BLOCKQUOTE, HtmlTag::blockquote},
    {MyHTML_TAG_BODY, HtmlTag::body},
    {MyHTML_TAG_BR, HtmlTag::br},
    {MyHTML_TAG_BUTTON, HtmlTag::button},
    {MyHTML_TAG_CAPTION, HtmlTag::caption},
    {MyHTML_TAG_CENTER, HtmlTag::center},
    {MyHTML_TAG_DD, HtmlTag::dd},
    {MyHTML_TAG_DETAILS, HtmlTag::details},
    {MyHTML_TAG_DIV, HtmlTag::div},
    {MyHTML_TAG_DL, HtmlTag::dl},
    {MyHTML_TAG_DT, HtmlTag::dt},
    {MyHTML_TAG_EMBED, HtmlTag::embed},
    {MyHTML_TAG_FIELDSET, HtmlTag::fieldset},
    {MyHTML_TAG_FIGURE, HtmlTag::figure},
    {MyHTML_TAG_FONT, HtmlTag::font},
    {MyHTML_TAG_FOOTER, HtmlTag::footer},
    {MyHTML_TAG_FORM, HtmlTag::form},
    {MyHTML_TAG_FRAME, HtmlTag::frame},
    {MyHTML_TAG_H1, HtmlTag::h1},
    {MyHTML_TAG_H2, HtmlTag::h2},
    {MyHTML_TAG_H3, HtmlTag::h3},
    {MyHTML_TAG_H4, HtmlTag::h4},
    {MyHTML_TAG_H5, HtmlTag::h5},
    {MyHTML_TAG_H6, HtmlTag::h6},
    {MyHTML_TAG_HEAD, HtmlTag::head},
    {MyHTML_TAG_HEADER, HtmlTag::header},
    {MyHTML_TAG_HR, HtmlTag::hr},
    {MyHTML_TAG_HTML, HtmlTag::html},
    {MyHTML_TAG_IFRAME, HtmlTag::iframe},
    {MyHTML_TAG_IMG, HtmlTag::img},
    {MyHTML_TAG_IMAGE, HtmlTag::img},
    {MyHTML_TAG_INPUT, HtmlTag::input},
    {MyHTML_TAG_LEGEND, HtmlTag::legend},
    {MyHTML_TAG_LI, HtmlTag::li},
    {MyHTML_TAG_LINK, HtmlTag::link},
    {MyHTML_TAG_MAIN, HtmlTag::main},
    {MyHTML_TAG_MATH, HtmlTag::math},
    {MyHTML_TAG_META, HtmlTag::meta},
    {MyHTML_TAG_NAV, HtmlTag::nav},
    {MyHTML_TAG_NOFRAMES, HtmlTag::noframes},
    {MyHTML_TAG_NOSCRIPT, HtmlTag::noscript},
    {MyHTML_TAG_OBJECT, HtmlTag::object},
    {MyHTML_TAG_OL, HtmlTag::ol},
    {MyHTML_TAG_OPTION, HtmlTag::option},
    {MyHTML_TAG_P, HtmlTag::p},
    {MyHTML_TAG_PRE, HtmlTag::pre},
    {MyHTML_TAG_SCRIPT, HtmlTag::script},
    {MyHTML_TAG_SECTION, HtmlTag::section},
    {MyHTML_TAG_SELECT, HtmlTag::select},
    {MyHTML_TAG_SOURCE, HtmlTag::source},
    {MyHTML_TAG_STYLE, HtmlTag::style},
    {MyHTML_TAG_SUMMARY, HtmlTag::summary},
    {MyHTML_TAG_SVG, HtmlTag::svg},
    {MyHTML_TAG_TABLE, HtmlTag::table},
    {MyHTML_TAG_TBODY, HtmlTag::tbody},
    {MyHTML_TAG_TD, HtmlTag::td},
    {MyHTML_TAG_TEMPLATE, HtmlTag::template_},
    {MyHTML_TAG_TEXTAREA, HtmlTag::textarea},
    {MyHTML_TAG_TFOOT, HtmlTag::tfoot},
    {MyHTML_TAG_TH, HtmlTag::th},
    {MyHTML_TAG_THEAD, HtmlTag::thead},
    {MyHTML_TAG_TITLE, HtmlTag::title},
    {MyHTML_TAG_TR, HtmlTag::tr},
    {MyHTML_TAG_UL, HtmlTag::ul},
    {MyHTML_TAG_VIDEO, HtmlTag::video},
});

constexpr auto make_tag_table() {
    std::array<HtmlTag, MyHTML_TAG_LAST_ENTRY> table{};
    for (const KnownTag& known : known_tags) table[known.id] = known.tag;
    return table;
}
constexpr auto tag_table = make_tag_table();

HtmlTag tag_of(myhtml_tag_id_t id) {
    return id < tag_table.size() ? tag_table[id] : HtmlTag::other;
}

std::string_view view_of(const char* data, std::size_t size) {
    return data == nullptr ? std::string_view() : std::string_view(data, size);
}

}  // namespace

std::string_view attribute(HtmlAttributes attributes, std::string_view name) {
    const auto found = std::ranges::find(attributes, name, &HtmlAttribute::name);
    return found == attributes.end() ? std::string_view() : found->value;
}

bool has_attribute(HtmlAttributes attributes, std::string_view name) {
    return std::ranges::find(attributes, name, &HtmlAttribute::name) != attributes.end();
}

struct HtmlTrees::Impl {
    myhtml_t* parser = nullptr;
    myhtml_tree_t* tree = nullptr;
    std::string source;     ///< of the tree that stands; the tree may point into it
    std::size_t built = 0;  ///< bytes of it
    std::size_t nodes = 0;
    std::vector<myhtml_tree_node_t*> style_nodes;
    std::vector<HtmlAttribute> attributes;

    Impl() { create(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { destroy(); }

    void create() {
        parser = myhtml_create();
        ASSERT(parser != nullptr &&
                   myhtml_init(parser, MyHTML_OPTIONS_PARSE_MODE_SINGLE, 1, 0) == MyHTML_STATUS_OK,
               "no memory for the HTML parser");
        tree = myhtml_tree_create();
        ASSERT(tree != nullptr && myhtml_tree_init(tree, parser) == MyHTML_STATUS_OK,
               "no memory for the HTML tree");
        myhtml_callback_tree_node_insert_set(tree, &see_node, this);
    }
    void destroy() {
        source.clear();
        if (tree != nullptr) myhtml_tree_destroy(tree);
        if (parser != nullptr) myhtml_destroy(parser);
        tree = nullptr;
        parser = nullptr;
    }
    static void see_node(myhtml_tree_t*, myhtml_tree_node_t* node, void* self) {
        Impl& impl = *static_cast<Impl*>(self);
        ++impl.nodes;
        if (node->tag_id == MyHTML_TAG_STYLE) impl.style_nodes.push_back(node);
    }

    [[nodiscard]] bool within_limits() const {
        return tree->open_elements->length <= limits::html_open_elements &&
               tree->active_formatting->length <= limits::html_active_formatting &&
               nodes <= limits::html_nodes;
    }

    /// Makes the tree that of `html`, unless it is already: a page is asked about more than once in a row.
    void build(std::string_view html) {
        if (html == source) return;
        myhtml_tree_clean(tree);
        source = html;
        nodes = 0;
        style_nodes.clear();
        myhtml_encoding_set(tree, MyENCODING_UTF_8);
        built = 0;
        while (built < source.size() && within_limits()) {
            const std::size_t size = std::min(piece_bytes, source.size() - built);
            if (myhtml_parse_chunk(tree, source.data() + built, size) != MyHTML_STATUS_OK) break;
            built += size;
        }
        myhtml_parse_chunk_end(tree);
    }

    void enter(myhtml_tree_node_t* node, HtmlVisitor& visitor) {
        attributes.clear();
        for (auto* attr = myhtml_node_attribute_first(node); attr != nullptr;
             attr = myhtml_attribute_next(attr)) {
            std::size_t name_size = 0;
            std::size_t value_size = 0;
            const char* name = myhtml_attribute_key(attr, &name_size);
            const char* value = myhtml_attribute_value(attr, &value_size);
            attributes.push_back({view_of(name, name_size), view_of(value, value_size)});
        }
        const myhtml_tag_id_t id = myhtml_node_tag_id(node);
        const HtmlTag tag = tag_of(id);
        std::size_t size = 0;
        const char* name = myhtml_tag_name_by_id(tree, id, &size);
        visitor.enter(tag, view_of(name, size), attributes);
    }

    /// What has no children to walk: text, comments, the doctype.
    static bool is_text_like(myhtml_tree_node_t* node, HtmlVisitor& visitor) {
        const myhtml_tag_id_t id = myhtml_node_tag_id(node);
        if (id != MyHTML_TAG__TEXT && id != MyHTML_TAG__COMMENT) return id == MyHTML_TAG__DOCTYPE;
        std::size_t size = 0;
        const char* data = myhtml_node_text(node, &size);
        if (id == MyHTML_TAG__TEXT) {
            visitor.text(view_of(data, size));
        } else {
            visitor.comment(view_of(data, size));
        }
        return true;
    }

    void show_style_sheets(HtmlVisitor& visitor) {
        for (myhtml_tree_node_t* node : style_nodes) {
            myhtml_tree_node_t* child = myhtml_node_child(node);
            if (child == nullptr || myhtml_node_tag_id(child) != MyHTML_TAG__TEXT) continue;
            std::size_t size = 0;
            const char* data = myhtml_node_text(child, &size);
            visitor.style_sheet(view_of(data, size));
        }
    }

    /// True: some elements lay deeper than the limit.
    bool walk(HtmlVisitor& visitor) {
        bool flattened = false;
        myhtml_tree_node_t* document = myhtml_tree_get_document(tree);
        myhtml_tree_node_t* node = document == nullptr ? nullptr : myhtml_node_child(document);
        std::size_t depth = 0;
        while (node != nullptr && node != document) {
            const bool text_like = is_text_like(node, visitor);
            if (!text_like) {
                enter(node, visitor);
                if (++depth > limits::html_depth) {
                    visitor.leave(tag_of(myhtml_node_tag_id(node)));
                    flattened = true;
                }
                if (myhtml_tree_node_t* child = myhtml_node_child(node)) {
                    node = child;
                    continue;
                }
            }
            bool leaving = !text_like;
            while (node != document) {
                if (leaving && depth-- <= limits::html_depth) visitor.leave(tag_of(myhtml_node_tag_id(node)));
                if (myhtml_tree_node_t* next = myhtml_node_next(node)) {
                    node = next;
                    break;
                }
                node = myhtml_node_parent(node);
                leaving = true;
                if (node == nullptr) return flattened;
            }
        }
        return flattened;
    }
};

HtmlTrees::HtmlTrees() = default;
HtmlTrees::~HtmlTrees() = default;
HtmlTrees::HtmlTrees(HtmlTrees&&) noexcept = default;
HtmlTrees& HtmlTrees::operator=(HtmlTrees&&) noexcept = default;

HtmlTrees::Walked HtmlTrees::walk(std::string_view html, HtmlVisitor& visitor) {
    if (html.empty()) return {};
    if (!impl_) impl_ = std::make_unique<Impl>();
    impl_->build(html.substr(0, limits::html_bytes));
    const std::size_t built = impl_->built;
    impl_->show_style_sheets(visitor);
    const bool flattened = impl_->walk(visitor);
    if (built > kept_bytes_max || impl_->nodes > kept_bytes_max / 16) {
        impl_->destroy();
        impl_->create();
    }
    return {built, flattened};
}

}  // namespace tocsin::mail
