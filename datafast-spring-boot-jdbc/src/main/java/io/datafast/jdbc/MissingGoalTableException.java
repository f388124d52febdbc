/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.jdbc;

/**
 * The table that goals are stored in does not exist, or it lacks a column.
 */
public class MissingGoalTableException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * The table's name, as configured.
	 */
	private final String table;

	MissingGoalTableException(String table, Throwable cause) {
		super("Goals cannot be stored in the table '" + table + "'", cause);
		this.table = table;
	}

	/**
	 * The table's name.
	 * @return the name, as configured
	 */
	public String getTable() {
		return this.table;
	}

}
