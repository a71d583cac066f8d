import Mirroring
import Testing

/// The outcomes marked as recorded are what the real database answered to the targaryen project, which deployed such rules to it.
@Suite struct `A rule expression` {
  /// Somebody with claims of every type.
  private static let bob = RealtimeIdentity.auth(
    .node([
      "uid": .string("custom:bob"), "provider": .string("custom"), "someBool": .bool(true), "someInt": .number(1),
      "someString": .string("one"), "foo": .node(["bar": .bool(true)]),
    ]))

  @Test(arguments: [
    ("1 < 2", ExpressionOutcome.isTrue), ("true", .isTrue), ("'foo'.contains('o')", .isTrue), ("auth !== null", .isFalse),
    ("auth.uid !== 'eviluser'", .isTrue), ("auth.contains('75')", .failed), ("root.isBoolean()", .isFalse),
    ("root.child(auth.someString.toUpperCase()).val() === null", .failed), ("root.hasChildren()", .isFalse),
    ("root.hasChildren(['foo', 'bar'])", .isFalse), ("root.hasChildren([auth.uid])", .failed), ("var foo = 8", .refused),
    ("root.child('users/' + auth.uid).exists()", .failed), ("root.child(auth.x + auth.y).exists()", .failed), ("root = 5", .refused),
    ("auth.uid === '5'; auth.id === 5", .refused), ("7", .refused), ("'foo'", .refused), ("auth.foo.contains(7)", .refused),
    ("skies === 'blue'", .refused), ("root.hasChildren('foo', 'bar')", .refused), ("root.hasChildren(['foo', 7])", .refused),
    ("root.child('str').val().matches('/foo/')", .refused), ("auth.foo.notFound() == false", .refused),
    ("root.val().notFound == false", .refused), ("root.child('foo') != null", .refused), ("root.val() > true", .refused),
    ("root.val() <= true", .refused), ("$color == 'red'", .refused), ("auth.dreams.length > 1", .failed),
    ("auth.dreams.length > 1 ? false : true", .failed), ("!(auth.dreams.length > 1)", .failed), ("auth.foo.baz == null", .isTrue),
    ("'foo'.contains(auth.foo)", .failed), ("-auth.foo == -1", .failed), ("!(auth.foo == null)", .isFalse), ("(2**2) == 4", .refused),
    ("(1 + 1) == 2", .isTrue), ("(1/0 + '') == 'NaN'", .isTrue), ("(1/0) > 2", .isFalse), ("(1/0) < 2", .isFalse),
    ("'foo' == auth.foo", .isFalse), ("'foo' != auth.foo", .isTrue), ("auth.foo === 'foo'", .isFalse), ("'foo' > auth.foo", .failed),
    ("auth.foo <= 'foo'", .failed), ("root.parent().exists()", .failed), ("root[\"exists\"]() == false", .isTrue),
    ("root[\"doesNotExist\"]() == true", .refused), ("root[\"exi\" + \"sts\"]() == false", .refused),
    ("root.child(\"banned/bob@example.com\").val() != true", .isTrue), ("root.hasChildren([\"banned/bob@example.com\"]) == false", .isTrue),
    ("query.orderByChild == null", .isTrue), ("query.foo == 1", .refused),
    ("query.orderByKey == true && query.orderByValue == false && query.orderByPriority == false", .isTrue),
    ("query.startAt == null && query.endAt == null && query.equalTo == null", .isTrue),
    ("query.limitToLast == null && query.limitToFirst == null", .isTrue),
  ])
  func `of nobody comes to what was recorded`(expression: String, expected: ExpressionOutcome) {
    #expect(outcome(of: expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("auth.someInt < 5", ExpressionOutcome.isTrue), ("auth.provider === 'custom'", .isTrue), ("auth.notfound.contains('75')", .failed),
    ("auth.not.found.length > 0", .failed), ("auth.isTernary === true ? root.child('x').exists() : true", .isTrue),
    ("auth.someString === 'one' ? 7 : true", .refused), ("auth.foo['bar'] == true", .isTrue), ("auth.foo.bar == true", .isTrue),
    ("'foo1'.contains(auth.someInt)", .failed), ("'foo1'.endsWith(auth.someInt)", .failed),
    ("'foo1'.replace(auth.someInt, 'bar') == 'foobar'", .failed), ("-auth.someString == -1", .failed),
    ("!(auth.someString == null)", .isTrue), ("(auth.someInt + 1) == 2", .isTrue), ("(1 + auth.someInt) == 2", .isTrue),
    ("(auth.someInt - 1) == 0", .isTrue), ("(auth.someInt * 1) == 1", .isTrue), ("(auth.someInt / 2) == 0.5", .isTrue),
    ("(auth.someInt % 2) == 1", .isTrue), ("(1 % auth.someInt) == 1", .isFalse), ("(auth.someString + 'two') == 'onetwo'", .isTrue),
    ("(auth.someString + 1) == 2", .isFalse), ("('two' + auth.someString) == 'twoone'", .isTrue), ("(1 + auth.someString) == 2", .isFalse),
    ("(auth.someString - 1) == 0", .failed), ("(1 * auth.someString) == 1", .failed), ("(1 / auth.someString) == 1", .failed),
    ("(1 % auth.someString) == 1", .failed), ("(1 + auth.someBool) == 2", .failed), ("(auth.someBool - 1) == 0", .failed),
    ("(1 + auth.none) == 2", .failed), ("(auth.none / 2) == 0", .failed), ("'one' == auth.someInt", .isFalse),
    ("auth.someInt !== 'one'", .isTrue), ("'one' > auth.someInt", .failed), ("auth.someInt <= 'one'", .failed),
    ("1 >= auth.someInt", .isTrue), ("2 > auth.someInt", .isTrue), ("0 < auth.someInt", .isTrue),
    ("auth.someString[\"contains\"](\"on\") == true", .isTrue), ("auth.someString[\"doesNotContain\"](\"on\") == false", .refused),
  ])
  func `of somebody comes to what was recorded`(expression: String, expected: ExpressionOutcome) {
    #expect(outcome(of: expression, auth: Self.bob) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("root.val() == 'bar'", ExpressionOutcome.isTrue), ("root.val().contains('ba')", .isTrue), ("root.val().matches(/^ba/)", .isTrue),
    ("root.val().matches(/^wa/)", .isFalse), ("root.val().matches(/BAR/)", .isFalse), ("root.val().matches(/BAR/i)", .isTrue),
    ("root.val().matches(/bar/ig)", .refused), ("root.isString() && !root.isNumber()", .isTrue), ("root.exists()", .isTrue),
    ("root.val().length == 3", .isTrue), ("root.getPriority() == null", .isTrue), ("root.child('').val() == 'bar'", .isTrue),
    ("root.child('x').exists()", .isFalse), ("root.child('x').parent().val() == 'bar'", .isTrue),
    ("(root.exists() ? root : data).val() == 'bar'", .isTrue), ("(root.exists() ? root : 5) == 5", .refused),
  ])
  func `asks a text in the data`(expression: String, expected: ExpressionOutcome) {
    #expect(outcome(of: expression, data: .string("bar")) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("1 + 2 * 3 == 7", ExpressionOutcome.isTrue), ("(1 + 2) * 3 == 9", .isTrue), ("10 - 2 - 3 == 5", .isTrue), ("2 * 3 % 4 == 2", .isTrue),
    ("-2 + 5 == 3", .isTrue), ("1 < 2 == true", .isTrue), ("true || false && false", .isTrue), ("!false && false", .isFalse),
    ("true ? false : true ? true : true", .isFalse), ("false ? true : false ? true : true", .isTrue),
    ("7 % 2 == 1 && -7 % 2 == -1", .isTrue),
    ("1 == 1 != false", .isTrue), ("'a' + 1 + 2 == 'a12'", .isTrue), ("1 + 2 + 'a' == '3a'", .isTrue), ("0.1 + 0.2 > 0.3", .isTrue),
    ("1e3 == 1000 && 1.5e-1 == 0.15", .isTrue), ("now == 1000 && now-1 == 999", .isTrue), ("'a' + 1.5 == 'a1.5'", .isTrue),
    ("null <= null", .isTrue), ("'b' > 'a' && 'a' < 'aa'", .isTrue), ("1 < 'a'", .refused), ("1 && true", .refused), ("!1", .refused),
    ("true + true == 2", .refused), ("now == 'a'", .isFalse), ("010 == 8", .refused), ("1x == 1", .refused), ("auth.token.admin", .refused),
    ("auth.token.admin == true || true", .isTrue), ("/* both */ true // and the rest", .isTrue), ("\"it's\" == 'it\\'s'", .isTrue),
    ("'\\u00e9\\x41\\n'.length == 3", .isTrue), ("'😀'.length == 2", .isTrue),
  ])
  func `binds, joins and compares as the language says`(expression: String, expected: ExpressionOutcome) {
    #expect(outcome(of: expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    // What ends an expression early is not asked; what fails before fails the whole.
    ("true || root.parent().exists()", ExpressionOutcome.isTrue), ("false && root.parent().exists()", .isFalse),
    ("root.parent().exists() || true", .failed), ("root.parent().exists() && false", .failed),
    ("true ? true : root.parent().exists()", .isTrue), ("!(root.parent().exists())", .failed), ("!root.parent().exists() || true", .failed),
  ])
  func `ends early, or fails as a whole`(expression: String, expected: ExpressionOutcome) {
    #expect(outcome(of: expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("'aXbXc'.replace('X', '--') == 'a--b--c'", ExpressionOutcome.isTrue), ("'aaa'.replace('aa', 'b') == 'ba'", .isTrue),
    ("'abc'.replace('', 'x') == 'abc'", .isTrue), ("'abc'.replace('z', 'x') == 'abc'", .isTrue), ("'Äb'.toLowerCase() == 'äb'", .isTrue),
    ("'äb'.toUpperCase() == 'ÄB'", .isTrue), ("'abcab'.endsWith('ab')", .isTrue), ("'abcab'.beginsWith('abc')", .isTrue),
    ("'ab'.beginsWith('abc')", .isFalse), ("''.contains('')", .isTrue), ("'aab'.contains('ab')", .isTrue),
    ("'abab'.contains('abb')", .isFalse),
    ("'a'.contains()", .refused), ("'a'.replace('a') == 'a'", .refused), ("'a'.val() == 'a'", .refused), ("'a'.size == 1", .refused),
    ("'a'.contains == true", .refused), ("root.contains('a')", .refused), ("now.toUpperCase() == ''", .refused),
  ])
  func `has the methods of texts`(expression: String, expected: ExpressionOutcome) {
    #expect(outcome(of: expression) == expected, "\(expression)")
  }

  @Test func `knows the captures above it, and no others`() {
    #expect(outcome(of: "$color == 'blue'", captures: ["$color": "blue"]) == .isTrue)
    #expect(outcome(of: "$a + $b == 'xy'", captures: ["$a": "x", "$b": "y"]) == .isTrue)
    #expect(outcome(of: "auth.foo[$bar] == true", auth: Self.bob, captures: ["$bar": "bar"]) == .isTrue)
    #expect(outcome(of: "root[$foo]() == false", captures: ["$foo": "exists"]) == .refused)
    #expect(outcome(of: "$other == 'blue'", captures: ["$color": "blue"]) == .refused)
  }

  @Test func `sees the query of a read`() {
    var query = RulesQuery()
    query.order = .child("owner/uid")
    query.equalTo = .string("u1")
    query.limitToLast = 10
    let asked = "query.orderByChild == 'owner/uid' && query.equalTo == 'u1' && query.limitToLast <= 10 && query.orderByKey == false"
    #expect(outcome(of: asked, query: query) == .isTrue)
    #expect(outcome(of: "query.limitToFirst <= 10", query: query) == .failed)
  }

  @Test func `compares objects by what is in them`() {
    let data = tree(#"{"a": {"x": 1, "y": {"z": "t"}}, "b": {"x": 1, "y": {"z": "t"}}, "c": {"x": 1}}"#)
    #expect(outcome(of: "root.child('a').val() == root.child('b').val()", data: data) == .isTrue)
    #expect(outcome(of: "root.child('a').val() == root.child('c').val()", data: data) == .isFalse)
    #expect(outcome(of: "root.child('a').hasChildren(['x', 'y/z'])", data: data) == .isTrue)
    #expect(outcome(of: "root.child('a') .  hasChild('y')\n&& root.hasChild('b/y/z')", data: data) == .isTrue)
  }
}

@Suite struct `A pattern of the rules` {
  @Test(arguments: [
    ("/^d[0-9]{8}$/", "d20260115", true), ("/^d[0-9]{8}$/", "d2026011", false), ("/^d[0-9]{8}$/", "xd20260115", false),
    ("/^(running|done|failed)$/", "done", true), ("/^(running|done|failed)$/", "undone", false), ("/one|two/", "a two b", true),
    ("/a.c/", "abc", true), ("/a.c/", "a\\nc", false), ("/a\\\\.c/", "abc", false), ("/[^a-c]/", "abc", false), ("/[^a-c]/", "abcd", true),
    ("/^\\\\w+@\\\\w+\\\\.com$/", "bob_1@example.com", true), ("/\\\\s/", "a b", true), ("/^\\\\S+$/", "a b", false),
    ("/^\\\\D+$/", "ab1", false),
    ("/^a{2,3}$/", "aa", true), ("/^a{2,3}$/", "aaaa", false), ("/^a{2,}$/", "aaaaa", true), ("/^a{0}$/", "", true),
    ("/^(ab)*c?$/", "ababc", true),
    ("/^[a-z-]+$/", "a-b", true), ("/^[\\\\w.]+$/", "a.b", true), ("/^[\\\\d]$/", "7", true), ("/é/i", "É", true), ("/[a-z]/i", "Q", true),
    ("/[^a]/i", "A", false), ("/^$/", "", true), ("/x*/", "", true), ("/^a|b$/", "ab", true), ("/(a*)*b/", "aaac", false),
    ("/a\\\\/b/", "a/b", true),
    ("/[/]/", "a/b", true), ("/^\\\\u00e9\\\\x41$/", "éA", true), ("/^.$/", "😀", true), ("/a+?b/", "aab", true), ("/(^a|b)c/", "bc", true),
    ("/(^a|b)c/", "xac", false), ("/()/", "x", true), ("/a||b/", "", true),
  ])
  func `is found in a text`(pattern: String, text: String, isFound: Bool) {
    let expression = "'\(text)'.matches(\(pattern.replacing("\\\\", with: "\\")))"
    #expect(outcome(of: expression) == (isFound ? .isTrue : .isFalse), "\(expression)")
  }

  @Test(arguments: [
    "/(a)\\1/", "/(?=a)/", "/(?:a)/", "/a**/", "/*a/", "/a{3,2}/", "/a{1001}/", "/(a{100}){100}/", "/[z-a]/", "/[]/", "/[a/", "/(a/",
    "/a)/", "/\\bx/",
    "/{/", "/a{/", "/a{1/", "/a{,2}/", "/^*/", "/\\p{L}/", "/\\u12/", "/a", "/a\\", "/[a-\\d]/", "/a/x",
  ])
  func `is refused for what the rules do not have`(pattern: String) {
    #expect(outcome(of: "'a'.matches(\(pattern))") == .refused, "\(pattern)")
  }
}
