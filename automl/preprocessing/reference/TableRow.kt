// Turns a row of a table into the numbers that the model beside this file takes.
//
// Needs the standard library of Kotlin on the JVM or Android (java.time: API 26).
// The rules are in table_row.py. Read columns.json with any JSON library, e.g.
// org.json, and hand over its parts:
//
//   val spec = TableRow(
//       columns = listOf(
//           TableRow.Column("age", "number"),
//           TableRow.Column("city", "category", values = listOf("Bern", "Ulm")),
//           TableRow.Column("since", "date", order = "ymd"),
//       ),
//       missing = setOf("", "NA"),
//   )
//   val row: FloatArray = spec.row(mapOf("age" to 41, "city" to "Bern"))
//   // NaN stands for what is not known.

import java.text.Normalizer
import java.time.DateTimeException
import java.time.LocalDate
import kotlin.math.abs
import kotlin.math.pow

class TableRow(
    private val columns: List<Column>,
    private val missing: Set<String> = emptySet(),
    private val decimal: Char = '.',
    private val lookback: Int = 0,
) {
    class Column(
        val name: String,
        val kind: String,
        val values: List<String> = emptyList(),
        val order: String = "ymd",
    )

    private val texts = columns.map { column ->
        column.values.withIndex().reversed().associate { it.value to it.index }
    }
    private val numbers = columns.map { column ->
        column.values.withIndex().reversed()
            .filterNot { plain(it.value).isNaN() }
            .associate { zeroed(plain(it.value)) to it.index }
    }

    /** Returns one number per column; NaN where it is not known. */
    fun row(record: Map<String, Any?>): FloatArray = FloatArray(columns.size) { at ->
        // What is too large is the largest there is: an outlier, no gap.
        value(at, record[columns[at].name]).coerceIn(-LARGEST, LARGEST).toFloat()
    }

    /** Returns the last `lookback` of rows that are in the order of time. */
    fun window(records: List<Map<String, Any?>>): List<FloatArray> {
        require(records.size >= lookback) { "$lookback rows are needed. Received: ${records.size}." }
        val rows = records.map { row(it) }
        for (at in columns.indices) {
            var last = rows.firstOrNull { abs(it[at]) < LARGEST }?.get(at) ?: 0f
            for (row in rows) {
                if (abs(row[at]) < LARGEST) last = row[at] else row[at] = last
            }
        }
        return rows.takeLast(lookback)
    }

    private fun value(at: Int, given: Any?): Double {
        val column = columns[at]
        var cell = given ?: return Double.NaN
        if (cell is String) {
            cell = Normalizer.normalize(cell.trim(' ', '\t', '\r', '\n'), Normalizer.Form.NFC)
            if (cell in missing) return Double.NaN
        } else if (cell is Number && !cell.toDouble().isFinite()) {
            return Double.NaN
        }
        return when (column.kind) {
            "number" -> number(cell)
            "date" -> days(cell, column.order)
            else -> place(at, cell)
        }
    }

    private fun place(at: Int, given: Any): Double {
        var cell = given
        if (cell is Boolean) {
            val words = if (cell) listOf("true", "True", "TRUE") else listOf("false", "False", "FALSE")
            words.firstNotNullOfOrNull { texts[at][it] }?.let { return it.toDouble() }
            cell = if (cell) 1.0 else 0.0
        }
        if (cell is String) {
            texts[at][cell]?.let { return it.toDouble() }
            cell = plain(cell)
        }
        val number = (cell as? Number)?.toDouble() ?: Double.NaN
        return (numbers[at][zeroed(number)] ?: columns[at].values.size).toDouble()
    }

    private fun number(cell: Any): Double = when (cell) {
        is Number -> cell.toDouble()
        is Boolean -> if (cell) 1.0 else 0.0
        is String -> {
            val other = if (decimal == '.') "," else "."
            val found = AFTER_SIGN.matchEntire(cell) ?: BEFORE_SIGN.matchEntire(cell)
            val text = found?.groupValues?.drop(1)?.joinToString("") ?: cell
            when {
                GROUPED.getValue(decimal).matches(text) -> {
                    val joined = text.replace(other, "")
                    plain(if (decimal == ',') joined.replace(',', '.') else joined)
                }
                decimal == ',' && '.' in text -> if (',' in text) Double.NaN else plain(text)
                else -> plain(if (decimal == ',') text.replace(',', '.') else text)
            }
        }
        else -> Double.NaN
    }

    private companion object {
        /** The largest number of float32. */
        const val LARGEST = 3.4028234663852886e38
        val PLAIN = Regex("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
        val GROUPED = mapOf(
            '.' to Regex("[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\\.[0-9]*)?"),
            ',' to Regex("[+-]?[0-9]{1,3}(?:\\.[0-9]{3})+(?:,[0-9]*)?"),
        )
        /** A number after, or before, a sign that is dropped. */
        val AFTER_SIGN = Regex("([+-]?)[\$€£¥₹₽₩₺] ?(.*)")
        val BEFORE_SIGN = Regex("(.*[0-9.,]) ?[\$€£¥₹₽₩₺%]")
        const val TIME = "(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?" +
            " ?([AaPp][Mm])? ?(Z|z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?"
        val NUMBERS = Regex("([0-9]{1,4})([-/. ]) ?([0-9]{1,2})\\2 ?([0-9]{1,4})$TIME")
        val DIGITS = Regex("([0-9]{4})([0-9]{2})([0-9]{2})$TIME")
        val MONTH_OF_YEAR = Regex("([0-9]{4})[-/.]([0-9]{1,2})")
        val DAY_FIRST =
            Regex("([0-9]{1,2})[-/. ] ?([A-Za-z]{3,9})\\.?,?[-/. ] ?([0-9]{2,4})$TIME")
        val MONTH_FIRST = Regex("([A-Za-z]{3,9})\\.? ([0-9]{1,2}),? ([0-9]{4})$TIME")
        val MONTHS = listOf(
            "january", "february", "march", "april", "may", "june", "july", "august",
            "september", "october", "november", "december",
        )

        fun plain(text: String): Double =
            if (PLAIN.matches(text)) text.toDouble() else Double.NaN

        /** Returns 0.0 for -0.0, which a map takes for another key. */
        fun zeroed(value: Double): Double = if (value == 0.0) 0.0 else value

        fun days(cell: Any, given: String): Double {
            if (cell !is String) return (cell as? Number)?.toDouble() ?: Double.NaN
            NUMBERS.matchEntire(cell)?.groupValues?.let { found ->
                val parts = listOf(found[1], found[3], found[4])
                val order = when {
                    parts[0].length > 2 -> "ymd"
                    given == "ymd" && parts[2].length > 2 -> "dmy"
                    else -> given
                }
                val (year, month, day) = "ymd".map { parts[order.indexOf(it)] }
                return days(year, month, day, found.drop(5))
            }
            DIGITS.matchEntire(cell)?.groupValues?.let {
                return days(it[1], it[2], it[3], it.drop(4))
            }
            MONTH_OF_YEAR.matchEntire(cell)?.groupValues?.let {
                return days(it[1], it[2], "1", emptyList())
            }
            DAY_FIRST.matchEntire(cell)?.groupValues?.let {
                return days(it[3], month(it[2]), it[1], it.drop(4))
            }
            MONTH_FIRST.matchEntire(cell)?.groupValues?.let {
                return days(it[3], month(it[1]), it[2], it.drop(4))
            }
            return Double.NaN
        }

        /** Returns the number of a month that a word, or its beginning, names; 0 for none. */
        fun month(word: String): String {
            val small = word.lowercase()
            if (small == "sept") return "9"
            return (MONTHS.indexOfFirst { it.startsWith(small) } + 1).toString()
        }

        fun days(year: String, month: String, day: String, time: List<String>): Double {
            if (year.length == 3 || day.length > 2 || month.length > 2) return Double.NaN
            val short = year.toInt()
            val full = if (year.length == 4) short else short + (if (short >= 70) 1900 else 2000)
            if (full < 1) return Double.NaN
            val date = try {
                LocalDate.of(full, month.toInt(), day.toInt()).toEpochDay()
            } catch (error: DateTimeException) {
                return Double.NaN
            }
            // A group that matched nothing is an empty text.
            val part = { at: Int -> time.getOrElse(at) { "" } }
            var hours = part(0).ifEmpty { "0" }.toInt()
            val minutes = part(1).ifEmpty { "0" }.toInt()
            val seconds = part(2).ifEmpty { "0" }.toInt()
            if (part(4).isNotEmpty()) {
                if (hours !in 1..12) return Double.NaN
                hours = hours % 12 + (if (part(4).lowercase() == "pm") 12 else 0)
            }
            if (hours > 24 || minutes > 59 || seconds > 60) return Double.NaN
            val digits = part(3)
            val fraction = if (digits.isEmpty()) 0.0 else digits.toInt() / 10.0.pow(digits.length)
            val seconds0 = hours * 3600 + minutes * 60 + seconds
            return date + (seconds0 + fraction - offset(part(5))) / 86400
        }

        /** Returns the seconds that a zone such as +02:00 is ahead. */
        fun offset(zone: String): Int {
            if (zone.isEmpty() || zone[0] !in "+-") return 0
            val size = zone.substring(1, 3).toInt() * 3600 +
                zone.drop(3).removePrefix(":").ifEmpty { "0" }.toInt() * 60
            return if (zone[0] == '-') -size else size
        }
    }
}
