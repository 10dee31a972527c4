package jbt.kernel;

import jbt.compiler.plan.ScriptMap;

/**
 * The contents of one generation of a script's map, folded over processors, in columns.
 *
 * <p>Which columns are filled depends on the kind of value:
 *
 * <ul>
 *   <li>COUNT, SUM, COUNTER, MIN, MAX: one word a row, of MIN and MAX the value itself;
 *   <li>AVG, STATS: two words a row, total and count;
 *   <li>HIST, LHIST: buckets, ascending, without empty ones;
 *   <li>PLAIN: values.
 * </ul>
 *
 * <p>A map without key has one row or, where nothing was added yet, none. Rows of MIN and MAX that
 * are not set are left out.
 *
 * @param rows number of rows, in no particular order
 * @param keySize bytes of a key: the parts as stored, without generation and bucket
 * @param keys of all rows, one after another
 * @param words of all rows, one after another
 * @param rowBuckets number of buckets of each row
 * @param bucket bucket numbers of all rows, one after another
 * @param bucketCount what is in each of them
 * @param valueSize bytes of a PLAIN value as stored
 * @param values of all rows, one after another
 */
public record MapContents(
    ScriptMap map,
    int rows,
    int keySize,
    byte[] keys,
    long[] words,
    int[] rowBuckets,
    int[] bucket,
    long[] bucketCount,
    int valueSize,
    byte[] values) {}
