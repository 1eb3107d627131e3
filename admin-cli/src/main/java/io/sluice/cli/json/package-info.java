/**
 * JSON as the command line reads and writes it: a small immutable tree over jackson-core's
 * streaming parser.
 *
 * <p>Answers of the control plane pass through here on their way to a table, to JSON or to YAML.
 * There is no data binding: a mapper's class loading alone costs more than the whole of {@code
 * sluicectl get routes} may take. Numbers keep the text they came with, members keep their order,
 * so that what the server sent is what the user sees.
 *
 * <p>Thread: any; everything is immutable.
 */
@NullMarked
package io.sluice.cli.json;

import org.jspecify.annotations.NullMarked;
