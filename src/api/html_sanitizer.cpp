#include "api/html_sanitizer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <libxml/HTMLparser.h>
#include <libxml/tree.h>

namespace carillon::api {
namespace {

constexpr std::array<std::string_view, 33> kElements{
    "p", "br",  "hr",   "h1",  "h2",   "h3",    "h4",    "h5",    "h6", "b",  "strong",
    "i", "em",  "u",    "s",   "sub",  "sup",   "mark",  "ul",    "ol", "li", "blockquote",
    "a", "div", "span", "pre", "code", "table", "thead", "tbody", "tr", "th", "td"};
/// Elements whose text is no text for people.
constexpr std::array<std::string_view, 11> kDropped{"script", "style",   "iframe",  "object",
                                                    "embed",  "svg",     "math",    "template",
                                                    "title",  "noembed", "noscript"};
constexpr std::array<std::string_view, 3> kEmpty{"br", "hr", "img"};
constexpr int kDeepest = 100;  // levels; what lies deeper is dropped

template <size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view view(const xmlChar* text) {
  return text ? std::string_view(static_cast<const char*>(static_cast<const void*>(text)))
              : std::string_view{};
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out.push_back(c);
    }
  }
}

/// Links go to web pages, mail and telephone numbers; a scheme must be spelled out plainly, so that
/// no browser reads "java\tscript:" where we read nothing.
bool is_safe_link(std::string_view link) {
  for (const std::string_view scheme : {"https://", "http://", "mailto:", "tel:"}) {
    if (link.substr(0, scheme.size()) == scheme) return true;
  }
  return false;
}

/// CSS that editors write: text alignment, colours from a closed set of characters.
bool is_safe_style(std::string_view style) {
  while (!style.empty()) {
    const auto end = style.find(';');
    auto rule = style.substr(0, end);
    style.remove_prefix(end == std::string_view::npos ? style.size() : end + 1);
    rule.remove_prefix(std::min(rule.find_first_not_of(' '), rule.size()));
    if (rule.empty()) continue;
    const auto colon = rule.find(':');
    const auto name = rule.substr(0, colon);
    const bool known = name == "text-align" || name == "color" || name == "background-color";
    if (!known || colon == std::string_view::npos) return false;
    const auto value = rule.substr(colon + 1);
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             std::string_view(" #,.%()-").find(c) != std::string_view::npos;
    });
    if (!plain || value.find("url") != std::string_view::npos ||
        value.find("expression") != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_small_number(std::string_view text) {
  return !text.empty() && text.size() <= 3 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool allowed_attribute(std::string_view element, std::string_view name, std::string_view value) {
  if (name == "style") return is_safe_style(value);
  if (element == "a" && name == "href") return is_safe_link(value);
  if (element == "ol" && name == "start") return is_small_number(value);
  const bool cell = element == "td" || element == "th";
  return cell && (name == "colspan" || name == "rowspan") && is_small_number(value);
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_escaped(out, value);
  out += '"';
}

void append_attributes(std::string& out, xmlNode* node, std::string_view element) {
  for (xmlAttr* attribute = node->properties; attribute; attribute = attribute->next) {
    const std::unique_ptr<xmlChar, decltype(xmlFree)> content(
        xmlNodeListGetString(node->doc, attribute->children, 1), xmlFree);
    const auto value = view(content.get());
    if (allowed_attribute(element, view(attribute->name), value)) {
      append_attribute(out, view(attribute->name), value);
    }
  }
  if (element == "a") {
    append_attribute(out, "target", "_blank");
    append_attribute(out, "rel", "noopener noreferrer nofollow");
  }
}

void append_node(std::string& out, xmlNode* node, int depth);

void append_children(std::string& out, xmlNode* node, int depth) {
  for (xmlNode* child = node->children; child; child = child->next) {
    append_node(out, child, depth);
  }
}

void append_node(std::string& out, xmlNode* node, int depth) {
  if (depth > kDeepest) return;
  if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
    return append_escaped(out, view(node->content));
  }
  if (node->type == XML_ENTITY_REF_NODE) {
    out += '&';
    append_escaped(out, view(node->name));
    out += ';';
    return;
  }
  if (node->type != XML_ELEMENT_NODE) return;  // comments, processing instructions, DTD
  const auto name = view(node->name);
  if (contains(kDropped, name)) return;
  if (!contains(kElements, name)) return append_children(out, node, depth + 1);
  out += '<';
  out += name;
  append_attributes(out, node, name);
  out += '>';
  if (contains(kEmpty, name)) return;
  append_children(out, node, depth + 1);
  out += "</";
  out += name;
  out += '>';
}

}  // namespace

std::string sanitize_html(std::string_view html) {
  std::string document = "<html><body>";
  // NUL ends a text for libxml2 and is ignored by some browsers: it has no business here.
  std::copy_if(html.begin(), html.end(), std::back_inserter(document),
               [](char c) { return c != '\0'; });
  document += "</body></html>";
  const int options =
      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET;
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> parsed(
      htmlReadMemory(document.data(), static_cast<int>(document.size()), nullptr, "UTF-8", options),
      xmlFreeDoc);
  std::string clean;
  if (!parsed) return clean;
  for (xmlNode* node = parsed->children; node; node = node->next) append_node(clean, node, 0);
  return clean;
}

}  // namespace carillon::api
