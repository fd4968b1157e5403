// SPDX-License-Identifier: Apache-2.0

import Mustache

/// The frame of the page. Tables and figures come as markup already made: the engine looks fields
/// up by reflection, which for a table of 10,000 devices takes longer than the whole report.
enum PageTemplate {
  struct Context {
    var language: String
    var title: String
    var style: String
    var letterhead: Letterhead
    var head: [HeadLine]
    var notes: [String]
    var sections: [Section]
    var signatures: [Signature]
    var provenance: [String]

    struct Letterhead {
      /// Nil for nothing at all: an empty text would leave its line.
      var parent: String?
      var body, number, country, motto, date: String
    }
    struct HeadLine {
      var name, value: String
    }
    struct Section {
      var id, title, markup: String
      var isWide: Bool
    }
    struct Signature {
      var role, how: String
      var name: String?
    }
  }

  static func render(_ context: Context) -> String { template.render(context) }

  private static let template: MustacheTemplate = {
    do { return try MustacheTemplate(string: text) } catch {
      preconditionFailure("the template of the page does not parse: \(error)")
    }
  }()

  private static let text = """
    <!DOCTYPE html>
    <html lang="{{language}}">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
    style-src 'unsafe-inline'">
    <title>{{title}}</title>
    <style>{{{style}}}</style>
    </head>
    <body>
    <header>
    <div class="letterhead">
    <div>{{#letterhead.parent}}<span class="parent">{{.}}</span>{{/letterhead.parent}}\
    <b>{{letterhead.body}}</b><span class="rule"></span><p>{{letterhead.number}}</p></div>
    <div><b>{{letterhead.country}}</b><b class="motto">{{letterhead.motto}}</b>\
    <span class="rule long"></span><p><i>{{letterhead.date}}</i></p></div>
    </div>
    <h1>{{title}}</h1>
    <dl class="head">
    {{#head}}
    <div><dt>{{name}}</dt><dd>{{value}}</dd></div>
    {{/head}}
    </dl>
    {{#notes}}
    <p class="note">{{.}}</p>
    {{/notes}}
    </header>
    <main>
    {{#sections}}
    <section id="{{id}}"{{#isWide}} class="wide"{{/isWide}}>
    <h2>{{title}}</h2>
    {{{markup}}}</section>
    {{/sections}}
    </main>
    <footer>
    <div class="signatures">
    {{#signatures}}
    <div><b>{{role}}</b><br><i>{{how}}</i>{{#name}}<b class="signed">{{.}}</b>{{/name}}</div>
    {{/signatures}}
    </div>
    {{#provenance}}
    <p class="provenance">{{.}}</p>
    {{/provenance}}
    </footer>
    </body>
    </html>

    """
}
