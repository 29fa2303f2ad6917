// HTML as a browser builds it (HTML5 tree construction), walked in document order. MyHTML stays behind this
// header.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace tocsin::mail {

/// The elements that mean something to us; all others are `other`.
enum class HtmlTag : std::uint8_t {
    other,
    a,
    address,
    area,
    article,
    aside,
    audio,
    base,
    blockquote,
    body,
    br,
    button,
    caption,
    center,
    dd,
    details,
    div,
    dl,
    dt,
    embed,
    fieldset,
    figure,
    font,
    footer,
    form,
    frame,
    h1,
    h2,
    h3,
    h4,
    h5,
    h6,
    head,
    header,
    hr,
    html,
    iframe,
    img,
    input,
    legend,
    li,
    link,
    main,
    math,
    meta,
    nav,
    noframes,
    noscript,
    object,
    ol,
    option,
    p,
    pre,
    script,
    section,
    select,
    source,
    style,
    summary,
    svg,
    table,
    tbody,
    td,
    template_,
    textarea,
    tfoot,
    th,
    thead,
    title,
    tr,
    ul,
    video,
};

struct HtmlAttribute {
    std::string_view name;   ///< lower case
    std::string_view value;  ///< character references resolved
};
using HtmlAttributes = std::span<const HtmlAttribute>;

/// The value of the first attribute of that name; empty when absent.
[[nodiscard]] std::string_view attribute(HtmlAttributes attributes, std::string_view name);
[[nodiscard]] bool has_attribute(HtmlAttributes attributes, std::string_view name);

/// Is told what the document holds, in document order. Views last until the walk ends.
class HtmlVisitor {
public:
    HtmlVisitor() = default;
    HtmlVisitor(const HtmlVisitor&) = delete;
    HtmlVisitor& operator=(const HtmlVisitor&) = delete;
    virtual ~HtmlVisitor() = default;
    /// The text of each style element, all of them before anything else: style rules hold for what stands
    /// before them, too.
    virtual void style_sheet(std::string_view text) = 0;
    virtual void enter(HtmlTag tag, std::string_view name, HtmlAttributes attributes) = 0;
    virtual void leave(HtmlTag tag) = 0;
    virtual void text(std::string_view text) = 0;
    virtual void comment(std::string_view text) = 0;
};

/// Builds trees; keeps its memory, and the last tree, between documents. One per thread.
class HtmlTrees {
public:
    HtmlTrees();
    ~HtmlTrees();
    HtmlTrees(HtmlTrees&&) noexcept;
    HtmlTrees& operator=(HtmlTrees&&) noexcept;

    struct Walked {
        std::size_t bytes = 0;   ///< that were built into the tree: all, or less when limits::html_bytes,
                                 ///< html_open_elements, html_active_formatting or html_nodes was reached
        bool flattened = false;  ///< limits::html_depth was reached
    };
    /// Builds the tree of `html` (valid UTF-8) and walks it. Elements nested deeper than limits::html_depth are left
    /// as soon as they are entered, as if they were empty; what is inside them follows. enter() and leave() always
    /// pair up.
    Walked walk(std::string_view html, HtmlVisitor& visitor);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::mail
