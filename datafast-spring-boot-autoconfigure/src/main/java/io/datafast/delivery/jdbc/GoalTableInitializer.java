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

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

/**
 * Creates the table that goals are stored in. For a database that people look after,
 * copying the script to the other migrations is the better way.
 */
public final class GoalTableInitializer {

	private static final String TABLE_NAME = "datafast_goals";

	private static final Map<String, String> SCRIPTS = Map.of("postgresql", "postgresql", "h2", "h2", "mysql", "mysql",
			"mariadb", "mysql", "microsoft sql server", "sqlserver", "oracle", "oracle");

	private static final Pattern INDEX = Pattern.compile("create index \\S+ on \\S+ \\((\\w+)\\)");

	private final Log log = LogFactory.getLog(GoalTableInitializer.class);

	private final GoalStore store;

	/**
	 * Create an initializer.
	 * @param store where goals are stored
	 */
	public GoalTableInitializer(GoalStore store) {
		this.store = store;
	}

	/**
	 * Create the table and its indexes, as far as they are not there. If another node is
	 * faster, that is fine.
	 * @param when whether to do so at all
	 * @throws MissingGoalTableException if that fails, or if there is no script for the
	 * database
	 * @throws IllegalStateException if there is no connection to the database
	 */
	public void initialize(SchemaInitialization when) {
		if (when == SchemaInitialization.NEVER || (when == SchemaInitialization.EMBEDDED && !isEmbedded())) {
			return;
		}
		String script = script(this.store.database().product());
		if (script == null) {
			return;
		}
		if (failure() == null) {
			createMissingIndexes(script);
			return;
		}
		try {
			execute(read(script), script);
			this.log.info("Created the table " + this.store.tableName() + " for goals");
		}
		catch (DataAccessException ex) {
			MissingGoalTableException failure = failure();
			if (failure != null) {
				throw new MissingGoalTableException(this.store.tableName(), ex);
			}
		}
	}

	/**
	 * Many databases commit each of these statements by itself, so whoever created the
	 * table may not have come so far.
	 */
	private void createMissingIndexes(String script) {
		Set<String> indexed = indexedColumns();
		for (String statement : read(script).split(";")) {
			Matcher index = INDEX.matcher(statement.strip());
			if (index.matches() && !indexed.isEmpty() && !indexed.contains(index.group(1))) {
				createIndex(index.group(1), statement, script);
			}
		}
	}

	/**
	 * Another node may be faster, and Oracle does not tell the column of an index on
	 * times with a zone.
	 */
	private void createIndex(String column, String statement, String script) {
		try {
			execute(statement, script);
			this.log.info("Created the index on " + column + " of " + this.store.tableName());
		}
		catch (DataAccessException ex) {
			this.log.debug("The index on " + column + " of " + this.store.tableName() + " was not created", ex);
		}
	}

	/**
	 * The columns that come first in an index. There is at least that of the primary key;
	 * if not, the driver does not tell.
	 */
	private Set<String> indexedColumns() {
		try {
			return columnsOfIndexes();
		}
		catch (MetaDataAccessException ex) {
			this.log.debug("The indexes of " + this.store.tableName() + " cannot be listed", ex);
			return Set.of();
		}
	}

	private Set<String> columnsOfIndexes() throws MetaDataAccessException {
		return JdbcUtils.extractDatabaseMetaData(this.store.dataSource(), (metaData) -> {
			String[] names = this.store.tableName().split("\\.");
			String catalog = metaData.getConnection().getCatalog();
			String schema = metaData.getConnection().getSchema();
			if (names.length > 1 && metaData.supportsSchemasInTableDefinitions()) {
				schema = stored(names[0], metaData);
			}
			else if (names.length > 1) {
				catalog = stored(names[0], metaData);
			}
			Set<String> columns = new HashSet<>();
			try (ResultSet indexes = metaData.getIndexInfo(catalog, schema, stored(names[names.length - 1], metaData),
					false, true)) {
				while (indexes.next()) {
					String column = indexes.getString("COLUMN_NAME");
					if (column != null && indexes.getInt("ORDINAL_POSITION") == 1) {
						columns.add(column.toLowerCase(Locale.ROOT));
					}
				}
			}
			return columns;
		});
	}

	private static String stored(String name, DatabaseMetaData metaData) throws SQLException {
		if (metaData.storesUpperCaseIdentifiers()) {
			return name.toUpperCase(Locale.ROOT);
		}
		return metaData.storesLowerCaseIdentifiers() ? name.toLowerCase(Locale.ROOT) : name;
	}

	private void execute(String sql, String script) {
		DatabasePopulatorUtils.execute(
				new ResourceDatabasePopulator(
						new ByteArrayResource(sql.getBytes(StandardCharsets.UTF_8), "schema-" + script + ".sql")),
				this.store.dataSource());
	}

	private @Nullable MissingGoalTableException failure() {
		try {
			this.store.table().verify();
			return null;
		}
		catch (MissingGoalTableException ex) {
			return ex;
		}
	}

	/**
	 * In memory, and gone with the application.
	 */
	private boolean isEmbedded() {
		try {
			String url = JdbcUtils.extractDatabaseMetaData(this.store.dataSource(), DatabaseMetaData::getURL);
			return url != null && url.startsWith("jdbc:h2:mem:");
		}
		catch (MetaDataAccessException ex) {
			throw new IllegalStateException("Goals cannot be stored: there is no connection to the database", ex);
		}
	}

	/**
	 * The script for a database.
	 * @param product the database's name, as its driver tells it
	 * @return the last part of the script's name, or {@code null} if there is none
	 */
	static @Nullable String script(String product) {
		return SCRIPTS.get(product.toLowerCase(Locale.ROOT));
	}

	private String read(String script) {
		try {
			String text = new ClassPathResource("schema-" + script + ".sql", GoalTableInitializer.class)
				.getContentAsString(StandardCharsets.UTF_8);
			return withTableName(text, this.store.tableName());
		}
		catch (IOException ex) {
			throw new IllegalStateException("There is no script for " + script, ex);
		}
	}

	/**
	 * Indexes are named like the table, but without its schema.
	 */
	private static String withTableName(String script, String tableName) {
		String simpleName = tableName.substring(tableName.indexOf('.') + 1);
		return script.replaceAll("\\b" + TABLE_NAME + "_", simpleName + "_")
			.replaceAll("\\b" + TABLE_NAME + "\\b", tableName);
	}

}
