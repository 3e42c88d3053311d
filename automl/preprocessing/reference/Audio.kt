// Turns a recording into the waveform that the model beside this file takes.
//
// Needs Kotlin 1.5 or later and nothing else. The rules are in audio.py, the numbers
// in audio.json.
//
//   val recorder = AudioRecord(
//       MediaRecorder.AudioSource.MIC, sampleRate, AudioFormat.CHANNEL_IN_MONO,
//       AudioFormat.ENCODING_PCM_16BIT, 2 * samples,
//   )
//   recorder.startRecording()
//   val pcm = ShortArray(samples)
//   recorder.read(pcm, 0, samples)
//   val input = waveform(pcm, 1, samples)

/**
 * Returns 16-bit sound as numbers from -1 to 1, cut or filled with zeros.
 *
 * @param pcm Samples at the model's own sample rate, those of the channels in turn:
 *     record at that rate, so that nothing has to be resampled.
 * @param channels Number of channels; they are averaged.
 * @param samples Length of the model's input.
 */
fun waveform(pcm: ShortArray, channels: Int, samples: Int): FloatArray {
    val result = FloatArray(samples)
    for (at in 0 until minOf(samples, pcm.size / channels)) {
        var sum = 0f
        for (channel in 0 until channels) sum += pcm[at * channels + channel]
        result[at] = sum / (channels * 32768f)
    }
    return result
}
