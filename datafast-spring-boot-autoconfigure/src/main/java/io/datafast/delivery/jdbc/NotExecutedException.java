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

package io.datafast.delivery.jdbc;

import java.sql.SQLException;

/**
 * A failure before a statement was executed, so that nothing can have been changed.
 */
final class NotExecutedException extends SQLException {

	private static final long serialVersionUID = 1L;

	private NotExecutedException(SQLException failure) {
		super(failure.getMessage(), failure.getSQLState(), failure.getErrorCode(), failure);
	}

	/**
	 * Make preparations.
	 * @throws NotExecutedException if they fail
	 */
	static <T> T prepare(Preparation<T> preparation) throws NotExecutedException {
		try {
			return preparation.run();
		}
		catch (SQLException ex) {
			throw new NotExecutedException(ex);
		}
	}

	/**
	 * Something that has to be done before.
	 *
	 * @param <T> what it gives
	 */
	interface Preparation<T> {

		T run() throws SQLException;

	}

}
