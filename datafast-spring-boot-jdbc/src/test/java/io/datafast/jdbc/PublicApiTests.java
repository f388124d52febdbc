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

import java.lang.annotation.ElementType;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.annotation.AnnotatedElementUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The one class that applications compile against.
 */
class PublicApiTests {

	@Test
	void theDataSourceIsChosenByAQualifierWithoutAttributes() {
		assertThat(DataFastDataSource.class).isPublic().isAnnotation();
		assertThat(DataFastDataSource.class.getDeclaredMethods()).isEmpty();
		assertThat(AnnotatedElementUtils.hasAnnotation(DataFastDataSource.class, Qualifier.class)).isTrue();
		assertThat(DataFastDataSource.class.getAnnotation(Target.class).value()).containsExactlyInAnyOrder(
				ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE,
				ElementType.ANNOTATION_TYPE);
	}

}
