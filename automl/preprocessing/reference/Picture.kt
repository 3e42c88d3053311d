// Reads a picture as the model beside this file takes it.
//
// Needs Kotlin 1.5 or later and Android 8 (API 26), and nothing else. What is done
// exactly is told in picture.py.
//
//   val picture = Picture(assets.open("picture.json").reader().readText())
//   val example = picture.read(file.readBytes()) // A FloatArray, height x width x channels.
//
// Android decodes 8 bits only: pictures of 16 bits of grey go to `exampleOf` as numbers.

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.ColorSpace
import android.media.ExifInterface
import java.io.ByteArrayInputStream
import kotlin.math.abs
import kotlin.math.floor
import kotlin.math.max
import kotlin.math.min

/**
 * Gives pictures as the numbers that a model takes.
 *
 * @param settings What picture.json holds.
 */
class Picture(settings: String) {
    private val height = number(settings, "height")
    private val width = number(settings, "width")
    private val channels = number(settings, "channels")
    private val depth = number(settings, "depth")
    private val fill = number(settings, "fill")
    private val pads = word(settings, "fit") == "pad"

    /** Reads a file in any format that Android knows. */
    fun read(file: ByteArray): FloatArray {
        val options = BitmapFactory.Options()
        options.inPremultiplied = false
        options.inPreferredConfig = Bitmap.Config.ARGB_8888
        options.inPreferredColorSpace = ColorSpace.get(ColorSpace.Named.SRGB)
        val bitmap = BitmapFactory.decodeByteArray(file, 0, file.size, options)
            ?: throw IllegalArgumentException("This is no picture that can be read.")
        val colors = IntArray(bitmap.width * bitmap.height)
        bitmap.getPixels(colors, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)
        val orientation = ExifInterface(ByteArrayInputStream(file))
            .getAttributeInt(ExifInterface.TAG_ORIENTATION, ExifInterface.ORIENTATION_NORMAL)
        return exampleOf(upright(colors, bitmap.width, bitmap.height, orientation))
    }

    /** An upright picture: for each pixel 0xAARRGGBB, not premultiplied, or 16 bits of grey. */
    class Pixels(val width: Int, val height: Int, val values: IntArray)

    /** Returns an example as the model takes it. */
    fun exampleOf(pixels: Pixels): FloatArray {
        val deep = depth == 16
        val values = if (deep) pixels.values else flat(pixels.values)
        var image = Image(pixels.width, pixels.height, FloatArray(values.size) { values[it].toFloat() })
        if (image.width != width || image.height != height) image = resized(image)
        return if (deep) FloatArray(image.data.size) { floor(image.data[it] + 0.5f) } else image.data
    }

    private class Image(val width: Int, val height: Int, val data: FloatArray)

    /** Returns colours as numbers of grey or RGB, white where they are transparent. */
    private fun flat(colors: IntArray): IntArray {
        val values = IntArray(colors.size * channels)
        for (at in colors.indices) {
            val alpha = colors[at] ushr 24
            fun over(shift: Int): Int {
                val value = (colors[at] ushr shift) and 255
                return (value * alpha + 255 * (255 - alpha) + 127) / 255
            }
            val (red, green, blue) = Triple(over(16), over(8), over(0))
            if (channels == 1) {
                values[at] = (red * 19595 + green * 38470 + blue * 7471 + 32768) shr 16
            } else {
                values[3 * at] = red
                values[3 * at + 1] = green
                values[3 * at + 2] = blue
            }
        }
        return values
    }

    private fun resized(image: Image): Image {
        if (!pads) {
            val keptWidth = min(image.width, max(1, round(image.height.toDouble() * width / height)))
            val keptHeight = min(image.height, max(1, round(image.width.toDouble() * height / width)))
            val left = (image.width - keptWidth) / 2
            val top = (image.height - keptHeight) / 2
            return resample(cropped(image, left, top, keptWidth, keptHeight), width, height)
        }
        val scale = min(width.toDouble() / image.width, height.toDouble() / image.height)
        val partWidth = min(width, max(1, round(image.width * scale)))
        val partHeight = min(height, max(1, round(image.height * scale)))
        val part = resample(image, partWidth, partHeight)
        val whole = FloatArray(width * height * channels) { fill.toFloat() }
        val left = (width - partWidth) / 2
        val top = (height - partHeight) / 2
        val row = partWidth * channels
        for (y in 0 until partHeight) {
            part.data.copyInto(whole, ((top + y) * width + left) * channels, y * row, (y + 1) * row)
        }
        return Image(width, height, whole)
    }

    private fun cropped(image: Image, left: Int, top: Int, toWidth: Int, toHeight: Int): Image {
        val data = FloatArray(toWidth * toHeight * channels)
        for (y in 0 until toHeight) {
            val from = ((top + y) * image.width + left) * channels
            image.data.copyInto(data, y * toWidth * channels, from, from + toWidth * channels)
        }
        return Image(toWidth, toHeight, data)
    }

    /** Resizes with a triangle filter, rows first. 8-bit values are rounded after each. */
    private fun resample(image: Image, toWidth: Int, toHeight: Int): Image {
        var result = image
        if (toWidth != result.width) result = along(result, toWidth, false)
        if (toHeight != result.height) result = along(result, toHeight, true)
        return result
    }

    private fun along(image: Image, size: Int, vertical: Boolean): Image {
        val length = if (vertical) image.height else image.width
        val toWidth = if (vertical) image.width else size
        val toHeight = if (vertical) size else image.height
        val data = FloatArray(toWidth * toHeight * channels)
        val step = if (vertical) image.width * channels else channels
        for (to in 0 until size) {
            val scale = length.toDouble() / size
            val reach = max(1.0, scale)
            val center = (to + 0.5) * scale
            val begin = max(0, (center - reach + 0.5).toInt())
            val end = min(length, (center + reach + 0.5).toInt())
            val weights = DoubleArray(end - begin) {
                max(0.0, 1 - abs((begin + it - center + 0.5) * (1 / reach)))
            }
            val total = weights.sum()
            for (k in weights.indices) {
                weights[k] /= total
                if (depth == 8) weights[k] = floor(weights[k] * ONE + 0.5)
            }
            for (other in 0 until if (vertical) toWidth else toHeight) {
                val from = begin * step + other * if (vertical) channels else image.width * channels
                val out = (if (vertical) to * toWidth + other else other * toWidth + to) * channels
                for (channel in 0 until channels) {
                    var sum = if (depth == 8) ONE / 2 else 0.0
                    for (k in weights.indices) {
                        sum += image.data[from + k * step + channel] * weights[k]
                    }
                    data[out + channel] =
                        (if (depth == 8) min(255.0, floor(sum / ONE)) else sum).toFloat()
                }
            }
        }
        return Image(toWidth, toHeight, data)
    }

    private fun upright(colors: IntArray, fromWidth: Int, fromHeight: Int, orientation: Int): Pixels {
        if (orientation !in 2..8) return Pixels(fromWidth, fromHeight, colors)
        val toWidth = if (orientation > 4) fromHeight else fromWidth
        val toHeight = if (orientation > 4) fromWidth else fromHeight
        val turned = IntArray(colors.size)
        for (y in 0 until toHeight) {
            for (x in 0 until toWidth) {
                val (left, top) = when (orientation) {
                    2 -> Pair(toWidth - 1 - x, y)
                    3 -> Pair(toWidth - 1 - x, toHeight - 1 - y)
                    4 -> Pair(x, toHeight - 1 - y)
                    5 -> Pair(y, x)
                    6 -> Pair(y, toWidth - 1 - x)
                    7 -> Pair(toHeight - 1 - y, toWidth - 1 - x)
                    else -> Pair(toHeight - 1 - y, x)
                }
                turned[y * toWidth + x] = colors[top * fromWidth + left]
            }
        }
        return Pixels(toWidth, toHeight, turned)
    }

    private companion object {
        // Weights of 8-bit values are whole numbers of this part of one, so that sums are exact.
        const val ONE = 4194304.0

        fun round(value: Double) = floor(value + 0.5).toInt()

        fun number(settings: String, name: String) = value(settings, name, "[0-9]+").toInt()

        fun word(settings: String, name: String) = value(settings, name, "\"[a-z]+\"").trim('"')

        private fun value(settings: String, name: String, pattern: String): String =
            Regex("\"$name\"\\s*:\\s*($pattern)").find(settings)?.groupValues?.get(1)
                ?: throw IllegalArgumentException("picture.json has no $name.")
    }
}
