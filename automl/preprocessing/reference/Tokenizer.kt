// Turns a text into the token ids that the model beside this file takes.
//
// Needs Kotlin 1.5 or later and Java's library, as Android has it, and nothing else.
// The rules are in tokenizer.py.
//
//   val tokenizer = Tokenizer(
//       assets.open("tokenizer.json").reader().readText(),
//       assets.open("vocabulary.txt").reader().readText(),
//   )
//   val ids = tokenizer.ids("What a day!") // An IntArray of `length` numbers.

import java.text.Normalizer
import java.util.Locale

/**
 * Gives texts as token ids.
 *
 * @param settings What tokenizer.json holds.
 * @param vocabulary What vocabulary.txt holds.
 */
class Tokenizer(settings: String, vocabulary: String) {
    /** Number of ids of a text. */
    val length = setting(settings, "length").toInt()
    private val lowercase = setting(settings, "lowercase").toBoolean()
    private val longest = setting(settings, "longest").toInt()
    private val kinds = kindsOf(setting(settings, "characters"))

    // The first two lines are names, which no token must find.
    private val words: Map<String, Int> =
        vocabulary.split('\n').dropLast(1).withIndex().drop(2).associate { (id, word) -> word to id }

    /** Returns all tokens of a text. */
    fun tokens(text: String): List<String> {
        val tokens = mutableListOf<String>()
        val token = StringBuilder()
        var size = 0 // Characters of the token.
        var open = 0.toChar() // The kind of character that began it; 0 if there is none.
        val normal = normal(text)
        var at = 0
        while (at < normal.length) {
            val character = normal.codePointAt(at)
            at += Character.charCount(character)
            val kind = kindOf(character)
            val continues = kind == 'm' || (kind == 'w' && open == 'w')
            if (open == 0.toChar() || !continues) {
                if (open != 0.toChar()) tokens.add(token.toString())
                token.setLength(0)
                size = 0
                open = if (kind == 's') 0.toChar() else kind
            }
            if (open != 0.toChar() && size < longest) {
                token.appendCodePoint(character)
                size += 1
            }
        }
        if (open != 0.toChar()) tokens.add(token.toString())
        return tokens
    }

    /** Returns a text as `length` ids. */
    fun ids(text: String): IntArray {
        val ids = IntArray(length) { PADDING }
        ids[0] = UNKNOWN
        tokens(text).take(length).forEachIndexed { at, token -> ids[at] = words[token] ?: UNKNOWN }
        return ids
    }

    private fun kindOf(character: Int): Char = kinds[character].toInt().toChar()

    private fun normal(text: String): String {
        val known = StringBuilder()
        var at = 0
        while (at < text.length) {
            val character = text.codePointAt(at)
            at += Character.charCount(character)
            when (kindOf(character)) {
                'i' -> {}
                'u' -> known.append('\uFFFD')
                else -> known.appendCodePoint(character)
            }
        }
        val normal = Normalizer.normalize(known, Normalizer.Form.NFC)
        if (!lowercase) return normal
        return normal.replace('\u0130', 'i').replace('\u03A3', '\u03C3').replace('\u03C2', '\u03C3')
            .lowercase(Locale.ROOT)
    }

    private companion object {
        const val PADDING = 0
        const val UNKNOWN = 1

        /** Returns one value of tokenizer.json, whose strings hold letters and digits alone. */
        fun setting(settings: String, name: String): String =
            Regex("\"$name\"\\s*:\\s*\"?([A-Za-z0-9]+)").find(settings)!!.groupValues[1]

        /** Returns the kind of each code point, as the code of its letter. */
        fun kindsOf(characters: String): ByteArray {
            val kinds = ByteArray(0x110000)
            var first = 0
            for (run in Regex("([0-9]+)([a-z])").findAll(characters)) {
                val (count, kind) = run.destructured
                kinds.fill(kind[0].code.toByte(), first, first + count.toInt())
                first += count.toInt()
            }
            return kinds
        }
    }
}
